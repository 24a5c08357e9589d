"""The demo ends with zeros, and each of its zeros turns when the thing it guards is broken on purpose.

python3 tests/e2e/demo.py SOURCE_DIR BUILD_DIR
"""
import json
import os
import shutil
import sys
import tempfile

SOURCE, BUILD = sys.argv[1:3]
sys.path[:0] = [os.path.join(SOURCE, "script", "lib"), os.path.join(SOURCE, "tests", "e2e", "lib")]
sys.dont_write_bytecode = True
import demo_texts  # noqa: E402
from demo_check import DemoCheck  # noqa: E402
from demo_report import Report  # noqa: E402

CHECK = DemoCheck(SOURCE, BUILD, "demo.py", "hospital-services")
expect, program, psql = CHECK.expect, CHECK.program, CHECK.psql


def broken_bookings(directory, url):
    status, before = CHECK.audit(directory, url)
    expect(status == 0 and before["acknowledged"] > 50, "the audit of the demo's database finds nothing")
    with open(os.path.join(directory, "ledger.jsonl")) as file:
        booked = [json.loads(line) for line in file if '"book"' in line]
    lost, changed = booked[0]["id"], booked[1]["id"]
    psql(url, f"update reservations set \"preferredDate\" = \"preferredDate\" + 1 where id = '{changed}'")
    expect(CHECK.audit(directory, url)[1]["counts"]["altered"] == 1, "a booking moved behind the patient's back is found")
    psql(url, "create table other as select * from reservations; update other set id = 'nobody-asked', \"createdAt\" = now() at time zone 'UTC' "
              f"where id = '{changed}'; insert into reservations select * from other where id = 'nobody-asked'")
    expect(CHECK.audit(directory, url)[1]["counts"]["unasked"] == 1, "a booking nobody asked for is found")
    psql(url, f"delete from reservations where id = '{lost}'")
    status, after = CHECK.audit(directory, url)
    expect(status == 1 and after["counts"]["missing"] == 1, "a lost booking is found, and the audit says no")


def disagreeing_rows(server_url):
    psql(server_url, "create database broken")
    url = server_url.replace("/postgres?", "/broken?")
    program("reservations", "init", "--database", url)
    program("reservations", "load", "--database", url, "--rows", "2000")
    CHECK.answer_checklist(url, 5)
    expect(program("segue", "run", CHECK.plan, "--to", "migrate", database=url).returncode == 0, "a second database is migrated")
    expect(CHECK.disagreeing(url) == set(), "its rows agree")
    psql(url, "alter table reservations disable trigger user; update reservations set period = case period when 'MORNING' then 'AFTERNOON' "
              "else 'MORNING' end::\"Period\" where id = (select min(id) from reservations); alter table reservations enable trigger user")
    expect(CHECK.disagreeing(url) == {"reservations"}, "a row changed behind the triggers is found")
    CHECK.stays_closed(url, "migrate")


def the_texts_of_the_demo(directory):
    with open(os.path.join(directory, "report.json")) as file:
        texts = json.load(file)["texts"]
    expect(texts["decided"] > 0 and texts["provisional"] > 0 and texts["written"] > 0 and texts["watched"]["read"] > 0 and len(texts["rules"]) > 5,
           "its report tells which rule read what, what was provisional, and what people decided")
    expect(len(texts["left"]) == 3 and not any(texts["left"].values()), "no text and no row is left over")


def texts_left_over(server_url):
    """In the second database."""
    url = server_url.replace("/postgres?", "/broken?")

    def left():
        return list(demo_texts.left_over(lambda verb, *words: json.loads(program("segue", verb, CHECK.plan, *words, database=url).stdout), url).values())
    expect(left()[2] == 0, "nothing waits to be read")
    demo_texts.strange_writes(url)
    texts, rows, waiting = left()
    expect(waiting == len(demo_texts.STRANGE) * demo_texts.ROWS_EACH, "texts that wait to be read are counted")
    program("segue", "watch", CHECK.plan, "--once", database=url)
    people = [text for text, meaning in demo_texts.STRANGE.items() if meaning]
    expect(left() == [texts + len(people), rows + len(people) * demo_texts.ROWS_EACH, 0], "texts for people, and their provisional rows, are counted")
    program("segue", "review", CHECK.plan, "set", people[0], "AFTERNOON", "--reason", "test", database=url)
    expect(left() == [texts + len(people) - 1, rows + (len(people) - 1) * demo_texts.ROWS_EACH, 0], "and no longer, once one is decided")


def the_texts_of_a_report(report):
    """Each number about texts turns a report that holds."""
    report.disagree = 0
    story = report.texts = demo_texts.Story()
    story.decided = story.provisional = 4
    story.watched, story.left = {"read": 3, "for people": 2, "longest": 9}, {"texts": 0, "rows": 0, "waiting": 0}
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
    report = Report("", "")
    CHECK.the_report_itself(report, ["missing", "unasked", "over_count"])
    the_texts_of_a_report(report)
    directory = tempfile.mkdtemp(prefix="segue-e2e-")
    server = os.path.join(directory, "postgresql")
    try:
        CHECK.demo(directory, "--rows", "5000", "--rate", "80", parts=["expand", "migrate", "switch to 100 %", "rollback to expand", "contract"])
        url = program("segue", "pg", "url", "--dir", server).stdout.split()[-1]
        the_texts_of_the_demo(directory)
        broken_bookings(directory, url)
        CHECK.dead_service(directory)
        disagreeing_rows(url)
        texts_left_over(url)
    finally:
        program("segue", "pg", "stop", "--dir", server, "--remove")
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if CHECK.failed else 0


if __name__ == "__main__":
    sys.exit(main())
