"""A backfill with a real standby that replays nothing any more, and a replication slot that nobody reads: it stands still, says why,
and goes on when both are gone.

python3 tests/e2e/standby.py SOURCE_DIR BUILD_DIR [--limits "replica backlog: none, ..."]
--limits proves that the test can fail: without the budgets nothing is held back. About a minute.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from stage import Failed, Stage  # noqa: E402

ROWS = 20_000
LIMITS = "replica backlog: 1MB, replica lag: none, slot backlog: 1MB"
PATIENCE = 120  # seconds until something that must happen has happened; no measure of anything


class Standby:
    """A copy of the stage's server that follows it, in a directory as `segue pg` lays it out."""

    def __init__(self, stage):
        self.stage, self.directory = stage, os.path.join(stage.directory, "standby")
        self.url = stage.command("segue", "pg", "start", "--dir", self.directory).split()[-1]
        self.data = self.sql("show data_directory")
        owner = os.stat(self.data)
        stage.command("segue", "pg", "stop", "--dir", self.directory)
        shutil.rmtree(self.data)
        done = subprocess.run(["pg_basebackup", "-d", stage.url, "-D", self.data, "-R", "-X", "stream", "-c", "fast"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Failed(done.stdout)
        with open(os.path.join(self.data, "postgresql.auto.conf"), "a") as settings:
            settings.write("max_standby_streaming_delay = -1\n")  # what is asked here is answered, whatever is replayed
        for folder, _, files in os.walk(self.data):
            for path in [folder] + [os.path.join(folder, file) for file in files]:
                os.chown(path, owner.st_uid, owner.st_gid)
        self.url = stage.command("segue", "pg", "start", "--dir", self.directory).split()[-1]

    def sql(self, statement):
        return self.stage.sql(statement, self.url)

    def end(self):
        self.stage.run("segue", "pg", "stop", "--dir", self.directory, "--remove")


class Run:
    """`segue run --json` in the background, and the events it has told so far."""

    def __init__(self, stage):
        self.process, self.events = stage.background("run", "segue", "run", stage.plan, "--to", "migrate", "--json"), []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def told(self, name):
        return [event for event in self.events if event.get("event") == name]

    def wait(self, what, holds):
        end = time.monotonic() + PATIENCE
        while not holds():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failed(f"never came: {what}; told: {self.events[-3:]}")
            time.sleep(0.05)


def prepare(stage, source, limits):
    plan = os.path.join(stage.directory, "plan")
    shutil.copytree(stage.plan, plan)
    stage.plan, file = plan, os.path.join(plan, "plan.yaml")
    with open(file) as old:
        text = old.read().replace("limits:\n", "limits:\n  " + limits.replace(", ", "\n  ") + "\n", 1)
    with open(file, "w") as new:
        new.write(text)
    stage.start_database()
    with open(os.path.join(source, "apps", "reservations", "old_schema.sql")) as schema:
        stage.sql(schema.read())
    stage.sql(f"""insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime", "updatedAt")
        select gen_random_uuid(), 'patient', '010-0000-0000', '1990-01-01', 'MALE', 'FOLLOW_UP', 'SKIN_CARE', '2026-05-04', '3:00 PM', '2026-05-01'
        from generate_series(1, {ROWS})""")
    stage.sql("analyze reservations")
    stage.answer_checklist()
    # Each row takes a moment, so that the budgets are looked at while there is still something to write.
    stage.sql("create function a_moment() returns trigger language plpgsql as 'begin perform pg_sleep(0.001); return new; end'")
    stage.sql("create trigger a_moment before update on reservations for each row execute function a_moment()")


def filled(stage):
    return int(stage.sql("select count(*) from reservations where \"serviceId\" is not null"))


def expect(holds, what):
    print(("ok   " if holds else "NO   ") + what, flush=True)
    if not holds:
        raise Failed(what)


def story(stage, standby):
    run = Run(stage)
    begun = "select exists (select from segue.audit where action like 'needs: migrate / backfill%')"
    run.wait("the first rows", lambda: stage.sql(begun) == "t" and filled(stage) > 0)
    stage.sql("select pg_create_physical_replication_slot('forgotten', true)")
    standby.sql("select pg_wal_replay_pause()")
    run.wait("both reasons", lambda: any(len(event["reasons"]) == 2 for event in run.told("paused")))
    reasons = " ".join(run.told("paused")[-1]["reasons"])
    expect('replica "walreceiver" has' in reasons and 'replication slot "forgotten", which nobody reads,' in reasons, "every reason is told: " + reasons)
    time.sleep(0.5)
    before = filled(stage)
    expect(0 < before < ROWS, f"{before} of {ROWS} rows are written")
    time.sleep(7)
    expect(filled(stage) == before and not run.told("resumed"), "nothing is written while it stands still")
    expect(stage.sql("select count(*) from segue.audit where action like 'paused: migrate / backfill%'") != "0", "the audit says so")
    standby.sql("select pg_wal_replay_resume()")
    run.wait("the slot alone", lambda: len(run.told("paused")[-1]["reasons"]) == 1)
    expect("forgotten" in run.told("paused")[-1]["reasons"][0], "the replica is through, and the slot still holds it back")
    stage.sql("select pg_drop_replication_slot('forgotten')")
    run.wait("going on", lambda: run.told("resumed"))
    run.process.wait(PATIENCE)
    run.reader.join(PATIENCE)
    expect(run.process.returncode == 0, "it goes on by itself, to the end")
    expect(filled(stage) == ROWS, "every row is written")
    said = stage.sql("select string_agg(split_part(action, ':', 1), ' ' order by number) from segue.audit where action like '%: migrate / backfill%'")
    expect(said.startswith("needs paused") and "went on step done" in said, "the audit tells the story: " + said)
    end = time.monotonic() + PATIENCE
    while standby.sql("select count(*) from reservations where \"serviceId\" is not null") != str(ROWS) and time.monotonic() < end:
        time.sleep(0.1)
    expect(standby.sql("select count(*) from reservations where \"serviceId\" is not null") == str(ROWS), "the standby has them all")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("build")
    parser.add_argument("--limits", default=LIMITS)
    options = parser.parse_args()
    with Stage(options.source, options.build) as stage:
        prepare(stage, options.source, options.limits)
        standby = Standby(stage)
        try:
            story(stage, standby)
        except Failed as failure:
            sys.exit(f"NO   {failure}")
        finally:
            standby.end()


main()
