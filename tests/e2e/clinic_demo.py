"""The clinics' demo ends with zeros, and each of its zeros turns when the thing it guards is broken on purpose.

python3 tests/e2e/clinic_demo.py SOURCE_DIR BUILD_DIR
"""
import concurrent.futures
import json
import os
import shutil
import sys
import tempfile
import time

SOURCE, BUILD = sys.argv[1:3]
sys.path[:0] = [os.path.join(SOURCE, "script", "lib"), os.path.join(SOURCE, "tests", "e2e", "lib")]
sys.dont_write_bytecode = True
from demo_check import DemoCheck  # noqa: E402
from demo_report import Report  # noqa: E402
from openapi_client import Service  # noqa: E402

PHASES = ("preparation", "dual-write", "gradual-switch", "validation", "full-switch")
KINDS = ["missing", "doubled", "altered", "foreign", "double_booked", "unasked"]


class ClinicCheck(DemoCheck):
    def traffic_options(self):
        return (*self.system, "--tokens", self.tokens)


CHECK = ClinicCheck(SOURCE, BUILD, "demo_clinic.py", "clinic-directory", "--system", "clinic")
expect, program, psql = CHECK.expect, CHECK.program, CHECK.psql


def behind_everything(url, statement):
    """As nobody should be able to: past triggers and foreign keys."""
    psql(url, f"set session_replication_role = replica; {statement}")


def acknowledged(directory):
    """Ids of appointments that were booked and not touched afterwards."""
    with open(os.path.join(directory, "ledger.jsonl")) as file:
        lines = [json.loads(line) for line in file]
    asked = {line["key"]: line for line in lines if line["op"] == "ask" and line["table"] == "appointments"}
    changed = {line["id"] for line in asked.values() if line["id"]}
    return [line["id"] for line in lines if line["op"] == "done" and line["key"] in asked and line["id"] not in changed]


def broken_appointments(directory, url):
    def counts():
        status, report = CHECK.audit(directory, url)
        return status, {kind: count for kind, count in report["counts"].items() if count}
    status, before = CHECK.audit(directory, url)
    expect(status == 0 and before["acknowledged"] > 50 and before["old"] > 0 and before["new"] > 0, "the audit of the demo's database finds nothing")
    lost, moved, foreign = acknowledged(directory)[:3]
    psql(url, f"update appointments set \"startsAt\" = '2099-01-01 10:00Z' where id = '{moved}'")
    expect(counts() == (1, {"altered": 1}), "an appointment moved behind the patient's back is found")
    psql(url, "create table other as select * from appointments; update other set id = 'nobody-asked', \"createdAt\" = now(), \"startsAt\" = "
              f"'2099-02-01 10:00Z' where id = '{moved}'; insert into appointments select * from other where id = 'nobody-asked'")
    expect(counts()[1]["unasked"] == 1, "an appointment nobody asked for is found")
    psql(url, "update appointments set \"startsAt\" = '2099-01-01 10:15Z', minutes = 60 where id = 'nobody-asked'; "
              f"update appointments set minutes = 60 where id = '{moved}'")
    expect(counts()[1]["double_booked"] == 1, "a doctor booked twice at one time is found")
    psql(url, f"delete from appointments where id = '{lost}'")
    expect(counts()[1]["missing"] == 1, "a lost appointment is found")
    behind_everything(url, f"update appointments set \"clinicId\" = (select min(id) from clinics where id <> \"clinicId\") where id = '{foreign}'")
    status, found = counts()
    expect(status == 1 and found["foreign"] > 0, "an appointment stored for another clinic is found, and the audit says no")


def second_database(directory, server_url):
    psql(server_url, "create database broken")
    url = server_url.replace("/postgres?", "/broken?")
    program("clinic", "init", "--database", url)
    program("clinic", "load", "--database", url, "--clinics", "3", "--users", "300", "--appointments", "300", "--tokens", CHECK.tokens)
    return url


def doors(url, does):
    psql(url, "".join(f"alter table {table} {does} row level security; " for table in ("users", "patients", "appointments")))


def open_doors(directory, url):
    """Without its policies the database shows every clinic's rows: the receptions notice. Who belongs where they have learnt before."""
    with Service(os.path.join(BUILD, "bin", "clinic"), "--database", url) as service:
        words = ("traffic", "run", "--target", f"http://127.0.0.1:{service.port}", "--seconds", "8", "--rate", "100", "--json", "--ledger",
                 os.path.join(directory, "open.jsonl"), *CHECK.traffic_options())
        with concurrent.futures.ThreadPoolExecutor() as pool:
            running = pool.submit(program, *words)
            time.sleep(3)
            doors(url, "disable")
            done = running.result()
    expect(done.returncode == 1 and json.loads(done.stdout.splitlines()[-1])["failed"] > 0, "a service that shows another clinic's rows fails its requests")
    status, report = CHECK.audit(directory, url, "open.jsonl")
    expect(status == 1 and report["counts"]["foreign"] > 0, "and the audit names what was shown to another clinic")
    doors(url, "enable")


def disagreeing_rows(directory, url):
    CHECK.answer_checklist(url, 4)
    expect(program("segue", "run", CHECK.plan, "--to", "preparation", database=url).returncode == 1, "without a backup nothing begins")
    program("segue", "backup", CHECK.plan, "--to", os.path.join(directory, "broken.dump"), "--by", "test", database=url)
    expect(program("segue", "run", CHECK.plan, "--to", "dual-write", database=url).returncode == 0, "a second database is migrated")
    expect(CHECK.disagreeing(url) == set(), "its rows agree")
    behind_everything(url, "update clinic_doctors set specialization = 'other' where id = (select min(id) from clinic_doctors)")
    expect(CHECK.disagreeing(url) == {"clinic_doctors"}, "a derived row changed behind the triggers is found")
    behind_everything(url, "update appointments set \"clinicDoctorId\" = (select min(d.id) from clinic_doctors d where d.\"clinicId\" <> "
                           "appointments.\"clinicId\") where id = (select min(id) from appointments)")
    expect(CHECK.disagreeing(url) == {"clinic_doctors", "appointments"}, "and an appointment with another clinic's doctor")
    CHECK.stays_closed(url, "dual-write")


def main():
    CHECK.the_report_itself(Report("", ""), KINDS)
    directory = tempfile.mkdtemp(prefix="segue-clinic-e2e-")
    server, CHECK.tokens = os.path.join(directory, "postgresql"), os.path.join(directory, "tokens")
    parts = [name for phase in PHASES for name in (phase, f"back out of {phase}", f"{phase} again")] + ["back to preparation", "full-switch once more"]
    try:
        CHECK.demo(directory, "--clinics", "3", "--users", "300", "--appointments", "600", "--rate", "60", parts=parts)
        url = program("segue", "pg", "url", "--dir", server).stdout.split()[-1]
        broken_appointments(directory, url)
        CHECK.dead_service(directory)
        broken = second_database(directory, url)
        open_doors(directory, broken)
        disagreeing_rows(directory, broken)
    finally:
        program("segue", "pg", "stop", "--dir", server, "--remove")
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if CHECK.failed else 0


if __name__ == "__main__":
    sys.exit(main())
