"""The demo ends with zeros, and each of its zeros turns when the thing it guards is broken on purpose.

python3 tests/e2e/demo.py SOURCE_DIR BUILD_DIR
"""
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

SOURCE, BUILD = sys.argv[1:3]
BIN = os.path.join(BUILD, "bin")
PLAN = os.path.join(SOURCE, "plans", "hospital-services")
sys.path.insert(0, os.path.join(SOURCE, "script", "lib"))
sys.dont_write_bytecode = True
import demo_texts  # noqa: E402
from demo_report import Report  # noqa: E402

FAILED = []


def expect(holds, what):
    print(("ok   " if holds else "NO   ") + what, flush=True)
    if not holds:
        FAILED.append(what)


def program(*words, database=""):
    return subprocess.run([os.path.join(BIN, words[0]), *words[1:]], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "SEGUE_DATABASE": database, "SEGUE_STATE": ""}, timeout=300)


def psql(url, statement):
    done = subprocess.run(["psql", url, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement], text=True, stdout=subprocess.PIPE, check=True)
    return done.stdout.strip()


def the_demo(directory):
    done = subprocess.run([sys.executable, os.path.join(SOURCE, "script", "lib", "demo.py"), "--fast", "--rows", "5000", "--rate", "80", "--keep",
                           "--directory", directory], env={**os.environ, "SEGUE_BUILD": BUILD}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    if done.returncode != 0:
        print(done.stdout)
    expect(done.returncode == 0, "the demo ends with exit status 0")
    with open(os.path.join(directory, "report.json")) as file:
        report = json.load(file)
    expect(report["holds"] and len(report["checks"]) >= 10, "every zero of its report holds")
    parts = [segment["name"] for segment in report["segments"]]
    expect(parts[0] == "before" and parts[-1] == "after" and "rollback to expand" in parts, "its report has every part of the way")
    texts = report["texts"]
    expect(texts["decided"] > 0 and texts["provisional"] > 0 and texts["written"] > 0 and texts["watched"]["read"] > 0 and len(texts["rules"]) > 5,
           "it tells which rule read what, what was provisional, and who decided")
    expect(all(found == 0 for found in texts["left"].values()) and len(texts["left"]) == 3, "no text and no row is left over")
    expect(all(s["requests"]["failed"] == 0 and s["requests"]["sent"] > 0 for s in report["segments"]), "patients booked in every part")


def audit(directory, url):
    done = program("traffic", "audit", "--ledger", os.path.join(directory, "ledger.jsonl"), "--database", url, "--json")
    return done.returncode, json.loads(done.stdout)


def broken_bookings(directory, url):
    status, before = audit(directory, url)
    expect(status == 0 and before["acknowledged"] > 50, "the audit of the demo's database finds nothing")
    with open(os.path.join(directory, "ledger.jsonl")) as file:
        booked = [json.loads(line) for line in file if '"book"' in line]
    lost, changed = booked[0]["id"], booked[1]["id"]
    psql(url, f"update reservations set \"preferredDate\" = \"preferredDate\" + 1 where id = '{changed}'")
    expect(audit(directory, url)[1]["counts"]["altered"] == 1, "a booking moved behind the patient's back is found")
    psql(url, "create table other as select * from reservations; update other set id = 'nobody-asked', \"createdAt\" = now() at time zone 'UTC' "
              f"where id = '{changed}'; insert into reservations select * from other where id = 'nobody-asked'")
    expect(audit(directory, url)[1]["counts"]["unasked"] == 1, "a booking nobody asked for is found")
    psql(url, f"delete from reservations where id = '{lost}'")
    status, after = audit(directory, url)
    expect(status == 1 and after["counts"]["missing"] == 1, "a lost booking is found, and the audit says no")


def failed_requests(directory):
    done = program("traffic", "run", "--target", "http://127.0.0.1:1", "--seconds", "1", "--rate", "20", "--no-retry", "--ledger",
                   os.path.join(directory, "dead.jsonl"), "--json")
    expect(done.returncode == 1 and json.loads(done.stdout.splitlines()[-1])["failed"] > 0, "requests to a dead service count as failed")


def disagreeing_rows(server_url):
    psql(server_url, "create database broken")
    url = server_url.replace("/postgres?", "/broken?")
    program("reservations", "init", "--database", url)
    program("reservations", "load", "--database", url, "--rows", "2000")
    for number in range(1, 6):
        program("segue", "approve", PLAN, "--checklist", str(number), "--reason", "test", database=url)
    expect(program("segue", "run", PLAN, "--to", "migrate", database=url).returncode == 0, "a second database is migrated")
    expect(program("segue", "verify", PLAN, database=url).returncode == 0, "its rows agree")
    psql(url, "alter table reservations disable trigger user; update reservations set period = case period when 'MORNING' then 'AFTERNOON' "
              "else 'MORNING' end::\"Period\" where id = (select min(id) from reservations); alter table reservations enable trigger user")
    done = program("segue", "verify", PLAN, "--json", database=url)
    found = [r["found"] for r in json.loads(done.stdout.splitlines()[-1])["results"] if "disagree" in r["name"]]
    expect(done.returncode == 1 and found == ["1"], "a row changed behind the triggers is found")
    program("segue", "approve", PLAN, "migrate", "--reason", "test", database=url)
    done = program("segue", "run", PLAN, database=url)
    expect(done.returncode == 1 and "mismatches" in done.stdout, "and the gate stays closed, approved or not")


def texts_left_over(server_url):
    """In the second database, whose rows all agree again."""
    url = server_url.replace("/postgres?", "/broken?")
    psql(url, "alter table reservations disable trigger user; update reservations set period = case period when 'MORNING' then 'AFTERNOON' "
              "else 'MORNING' end::\"Period\" where id = (select min(id) from reservations); alter table reservations enable trigger user")

    def left():
        return list(demo_texts.left_over(lambda verb, *words: json.loads(program("segue", verb, PLAN, *words, database=url).stdout), url).values())
    before = left()
    demo_texts.strange_writes(url)
    expect(left() == [before[0], before[1], before[2] + len(demo_texts.STRANGE) * demo_texts.ROWS_EACH], "texts that wait to be read are counted")
    program("segue", "watch", PLAN, "--once", database=url)
    people = [text for text, meaning in demo_texts.STRANGE.items() if meaning]
    expect(left() == [before[0] + len(people), before[1] + len(people) * demo_texts.ROWS_EACH, 0], "texts for people, and their provisional rows, are counted")
    program("segue", "review", PLAN, "set", people[0], "AFTERNOON", "--reason", "test", database=url)
    expect(left()[:2] == [before[0] + len(people) - 1, before[1] + (len(people) - 1) * demo_texts.ROWS_EACH], "and no longer, once one is decided")


def the_report_itself():
    report = Report("", "")
    report.traffic({"failed": 0, "sent": 10})
    report.disagreeing(0, 10)
    kinds = {"missing": 0, "unasked": 0, "over_count": 0}
    good = {"counts": kinds, "meanings": {kind: kind for kind in kinds}, "acknowledged": 5, "not_checkable": []}
    report.audit(good)
    expect(report.holds(), "a report of zeros holds")
    for kind in kinds:
        bad = copy.deepcopy(good)
        bad["counts"][kind] = 1
        report.audit(bad)
        expect(not report.holds(), f"a report with one {kind} does not")
    report.audit({**good, "acknowledged": 0})
    expect(not report.holds(), "a report without any booking does not")
    report.audit(good)
    report.traffic({"failed": 1, "sent": 10})
    expect(not report.holds(), "a report with a failed request does not")
    report.traffic({"failed": 0, "sent": 10})
    story = demo_texts.Story()
    story.decided = story.provisional = 4
    story.watched, story.left = {"read": 3, "for people": 2, "longest": 9}, {"texts": 0, "rows": 0, "waiting": 0}
    report.texts = story
    expect(report.holds(), "a report with texts that are all decided holds")
    for what in list(story.left):
        story.left[what] = 1
        expect(not report.holds(), f"a report with {what} left over does not")
        story.left[what] = 0
    for what, value in (("decided", 0), ("provisional", 0), ("watched", {"read": 0, "for people": 0, "longest": 0})):
        right = getattr(story, what)
        setattr(story, what, value)
        expect(not report.holds(), f"a report in which nothing was {what} does not")
        setattr(story, what, right)


def main():
    the_report_itself()
    directory = tempfile.mkdtemp(prefix="segue-e2e-")
    server = os.path.join(directory, "postgresql")
    try:
        the_demo(directory)
        url = program("segue", "pg", "url", "--dir", server).stdout.split()[-1]
        broken_bookings(directory, url)
        failed_requests(directory)
        disagreeing_rows(url)
        texts_left_over(url)
    finally:
        program("segue", "pg", "stop", "--dir", server, "--remove")
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
