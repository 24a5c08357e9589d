#!/usr/bin/env python3
"""No statement of the application waits for segue longer than the plan's lock timeout: both plans, to the end and back, among sessions that hold locks.

usage: waits.py SOURCE_DIR BUILD_DIR [--break] [PLAN...]      exit 1 if anything was found

  --break   segue is given a plan whose lock timeout is 50 times what is asked for: this has to be found

Two things are judged. The setting: the server writes down the lock timeout that is in force whenever a session of segue has a lock
that stops the application, or writes rows of a mapped table. And the waits, sampled: the longest are printed, and one of ten times
the lock timeout is a finding; those who hold locks hold them longer than that.
"""
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # nothing is left in the source folder
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))
from harness.case import Story  # noqa: E402
from harness.server import private_server, told  # noqa: E402
from harness.waits import Sampler  # noqa: E402

LOCK_TIMEOUT = 100  # milliseconds, as both plans say
PLANS = {
    "hospital-services": ("reservations", ("--rows", "1500"), ("reservations",), 5, ("migrate", "switch"), ()),
    "clinic-directory": ("clinic", ("--clinics", "3", "--users", "300", "--appointments", "600", "--tokens", "{folder}/tokens"),
                         ("users", "patients", "appointments"), 4, ("dual-write", "validation"), ("backup PLAN --to {folder}/dump",)),
}
# name, sessions, reads, writes, holds what it has for so many seconds, rests
APPLICATION = ((2, True, True, 0, 0.02), (1, True, False, 1.6, 0.7), (1, False, True, 1.6, 0.7))


class Watched:
    def __init__(self, server, source, build, name, broken):
        self.server, self.name, self.build = server, name, build
        self.program, self.size, self.tables, self.checklist, self.gates, self.before = PLANS[name]
        self.folder = pathlib.Path(server.home) / name
        shutil.copytree(source / "plans" / name, self.folder / "plan")
        if broken:
            plan = self.folder / "plan" / "plan.yaml"
            plan.write_text(re.sub("lock timeout: .*", f"lock timeout: {50 * LOCK_TIMEOUT}ms", plan.read_text()))
        self.story = Story(server.tools, self.folder, None, server.copy(None))
        self.watch = source / "tests" / "fault" / "waits"
        self.found = []

    def sound(self, status_and_text, what):
        if status_and_text[0] != 0:
            raise RuntimeError(f"{self.name}: {what}: exit status {status_and_text[0]}: {status_and_text[1].strip()[-900:]}")
        return status_and_text[1]

    def sql(self, text):
        return self.sound(self.server.tools.psql(text, self.story.database, self.watch).end(), text)

    def segue(self, command):
        self.sql("select watch.look()")
        return self.sound(self.story.segue(command.format(folder=self.folder)).end(300), command)

    def load(self):
        url = self.server.tools.url(self.story.database)
        for words in (("init",), ("load", *self.size)):
            done = subprocess.run([self.build / "bin" / self.program, words[0], "--database", url, *[word.format(folder=self.folder) for word in words[1:]]],
                                  capture_output=True, text=True, timeout=120)
            self.sound((done.returncode, done.stdout + done.stderr), f"{self.program} {words[0]}")
        self.sql("@watch.sql")
        self.sql(f"select watch.begin_watching(array{list(self.tables)})")

    def migrate(self):
        """Every step forward, and every step back."""
        for number in range(1, self.checklist + 1):
            self.segue(f"approve PLAN --checklist {number} --reason looked --by owner")
        for gate in self.gates:
            self.segue(f"approve PLAN {gate} --reason looked --by owner")
        for command in (*self.before, "run PLAN --bake 0s", "status PLAN", "verify PLAN", "rollback PLAN --to start --reason trial"):
            self.segue(command)

    def run(self):
        self.load()
        sampler = Sampler(self.server.tools, self.story.database)
        sampler.start()
        sessions = [self.server.tools.psql(f"set application_name = 'application'; call watch.be_application({reads}, {writes}, {keeps}, {rests})",
                                           self.story.database, self.watch) for count, reads, writes, keeps, rests in APPLICATION for _ in range(count)]
        try:
            self.migrate()
        finally:
            self.sql("insert into watch.stopped values (now())")
            for session in sessions:
                status, text = session.end()
                if status != 0:
                    self.found.append(f"a session of the application: {text.strip()[-300:]}")
            sampler.end()
        self.judge(sampler)
        return self.found

    # ---- what must hold

    def judge(self, sampler):
        # DROP INDEX CONCURRENTLY locks an index that every session has stopped to look at.
        self.judge_settings("strong_locks", "mode || ' of ' || relation || ' by ' || command || ': ' || statement", "statement !~* 'index concurrently'")
        self.judge_settings("writes", "'writes ' || relation")
        for waits, who in ((sampler.of_application, "the application for segue"), (sampler.of_segue, "segue in a queue")):
            milliseconds, what = sampler.longest(waits)
            print(f"{self.name}: {len(waits)} waits of {who}, the longest {milliseconds:.0f} ms ({what})", flush=True)
            self.found += [f"waited {time:.0f} ms: {what}" for time, what in sorted(waits.values()) if time > 10 * LOCK_TIMEOUT]
        if not sampler.of_segue or not sampler.of_application:
            self.found.append("nobody ever waited: nothing was measured")

    def judge_settings(self, table, what, unless="true"):
        # In milliseconds, whatever unit it was said in.
        milliseconds = """extract(epoch from "lockTimeout"::interval) * 1000"""
        lines = self.sql(f"select application || ': ' || count(*) from watch.{table} group by application order by 1").splitlines()
        print(f"{self.name}: {table}: " + (", ".join(lines) or "none"), flush=True)
        if not lines:
            self.found.append(f"{table}: nothing was written down")
        self.found += self.sql(f"""select distinct application || ' has lock_timeout = ' || "lockTimeout" || ' and ' || {what} from watch.{table}
            where ("lockTimeout" = '0' or {milliseconds} > {LOCK_TIMEOUT}) and {unless}""").splitlines()


def main():
    words = [word for word in sys.argv[1:] if word != "--break"]
    if len(words) < 2:
        sys.exit(__doc__)
    source, build = (pathlib.Path(word).resolve() for word in words[:2])
    failed = False
    with private_server(build) as server, concurrent.futures.ThreadPoolExecutor() as pool:
        watched = [Watched(server, source, build, name, "--break" in sys.argv) for name in words[2:] or PLANS]
        for one, done in [(one, pool.submit(one.run)) for one in watched]:
            try:
                found = done.result()
            except RuntimeError as error:
                found = [*one.found, str(error)]
            failed = told(one.name, found) or failed
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
