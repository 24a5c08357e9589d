#!/usr/bin/env python3
"""The same writers on a table that is migrated, forward and back, under harm, and on a twin that is left alone: both stay equal.

usage: twin.py SOURCE_DIR BUILD_DIR [--minutes N] [--seed N] [--writers N]      exit 1 if anything was found

  --minutes N   how long harm is done; without it about half a minute
  --seed N      other draws; the seed is printed
"""
import argparse
import collections
import contextlib
import pathlib
import random
import sys
import time

sys.dont_write_bytecode = True  # nothing is left in the source folder
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))
from harness.case import LOCKED, Story  # noqa: E402
from harness.server import private_server  # noqa: E402
from harness.twin_checks import Checks  # noqa: E402
from harness.twin_writer import TwinWriter  # noqa: E402

SHORT = 25  # seconds, without --minutes
WAY = 600  # seconds that one way may take: it gives way to the writers, and on a busy machine that takes long
REVERT = "revert PLAN --reason trial"
PHASES = ("start", "expand", "migrate", "switch", "contract")
START, EXPAND, MIGRATE, SWITCH, CONTRACT = range(5)
HARMS = ("kill",) * 5 + ("end a session",) * 3 + ("end all sessions",) * 2 + ("end a writer",) * 2 + ("restart", "kill and restart")
SESSIONS = "select count(pg_terminate_backend(pid)) from (select pid from pg_stat_activity where application_name like '{}' order by random() {}) x"


def known(begin, end):
    """What writers may know while segue is somewhere between two phases."""
    low, high = min(begin, end), max(begin, end)
    if high == CONTRACT:
        return "new" if low >= MIGRATE else "neutral"
    return "mixed" if low >= MIGRATE else "old"


class Twin:
    def __init__(self, server, folder, options):
        self.server, self.options, self.chance = server, options, random.Random(options.seed)
        self.story = Story(server.tools, folder, None, server.copy(None))
        self.checks = Checks(self.story)
        self.checks.sound((folder / "schema.sql").read_text().replace("\\ir old.sql", (folder / "old.sql").read_text()))
        self.writers = [TwinWriter(server.tools, self.story.database, number, options.writers, options.seed) for number in range(options.writers)]
        self.at, self.found, self.harms, self.legs, self.durations = START, [], collections.Counter(), 0, {}

    # ---- the writers

    @contextlib.contextmanager
    def stillness(self):
        """No transaction is open."""
        for writer in self.writers:
            writer.turn.acquire()
        try:
            yield
        finally:
            for writer in self.writers:
                writer.turn.release()

    def let_know(self, knows):
        with self.stillness():
            for writer in self.writers:
                writer.knows = knows

    # ---- segue, harmed

    def command(self, begin, end):
        if end > begin:
            return "run PLAN" if end == CONTRACT else f"run PLAN --to {PHASES[end]}"
        if self.at == CONTRACT and end == SWITCH and self.chance.random() < 0.5:
            return REVERT
        return f"rollback PLAN --to {PHASES[end]}"

    def harm(self, session, longest):
        """At a random moment."""
        time.sleep(self.chance.uniform(0, longest))
        what = self.chance.choice(HARMS)
        if session.process.poll() is not None and what != "end a writer":
            return  # it was quicker
        self.harms[what] += 1
        if "kill" in what:
            session.kill()
        if "restart" in what:
            self.server.restart_immediately()
        if what.startswith("end a"):
            self.server.sql(SESSIONS.format(*{"end a session": ("segue/%", "limit 1"), "end all sessions": ("segue/%", ""), "end a writer": ("application", "limit 1")}[what]))

    def harmed(self, command):
        """Whether it came to its end nevertheless."""
        begin = time.monotonic()
        session = self.story.segue(command)
        self.harm(session, self.durations.get(command, 0.5))
        status, text = session.end(WAY)
        if status == 0:
            self.durations[command] = max(self.durations.get(command, 0), time.monotonic() - begin)
        elif status not in (-9, 3, 4) and LOCKED not in text or "segue itself failed" in text:
            self.found.append(f"harmed: segue {command}: exit status {status}: {text.strip()[-600:]}")
        return status == 0

    def left_alone(self, command):
        begin = time.monotonic()
        status, text = self.story.again(command, WAY)
        if status == 3 and "did not get its lock" in text:  # the writers kept it busy: that is its promise, and again is what it says
            status, text = self.story.again(command, WAY)
        self.durations[command] = time.monotonic() - begin
        # A revert that was killed when all was done has nothing to do any more.
        if status != 0 and not (command == REVERT and "nothing to revert" in text):
            raise RuntimeError(f"segue {command}: exit status {status}: {text.strip()[-900:]}")

    def approve(self, end):
        if end > MIGRATE:
            self.left_alone("approve PLAN migrate --reason looked --by owner")

    def go(self, end):
        """From one phase to another, with harm now and then; it may be given up, and then it goes back to where it began."""
        begin = self.at
        self.let_know(known(begin, end))
        self.approve(end)
        command = self.command(begin, end)
        for _ in range(self.chance.choice((0, 1, 2, 3))):
            if self.harmed(command):
                break
            if self.chance.random() < 0.2:
                print(f"      {command}: given up", flush=True)
                begin, end = end, begin
                self.at = None
                self.approve(end)
                command = self.command(begin, end)
        self.left_alone(command)
        self.at = end
        self.legs += 1
        self.let_know(known(end, end))
        self.judge(command)

    # ---- what must hold

    def judge(self, command):
        findings = self.checks.old() if self.at < CONTRACT else self.checks.neutral()
        if self.at >= MIGRATE:
            findings += self.judge_new_side()
        if self.at == START:
            findings += self.checks.leftovers()
        self.note(findings)
        print(f"{'FAILED' if findings else 'equal '}  {time.monotonic() - self.begun:6.1f} s  {command}; {sum(self.harms.values())} harms so far", flush=True)
        for finding in findings:
            print(f"    {finding}", flush=True)

    def judge_new_side(self):
        with self.stillness():
            findings = [*self.checks.proven(), *self.checks.new()]
            # What a device takes changes now and then: a snapshot stays.
            self.checks.sound("update devices set minutes = minutes + 1 - 2 * (minutes % 2)")
        return findings

    def note(self, findings):
        self.found += [f"at {PHASES[self.at]}: {finding}" for finding in findings]

    def judge_writers(self):
        caused = self.harms["restart"] + self.harms["kill and restart"]
        for writer in self.writers:
            self.found += writer.failures[:5]
            if not writer.committed:
                self.found.append(f"{writer.name}: nothing was committed")
        lost = sum(writer.lost for writer in self.writers)
        if lost > caused * len(self.writers) + self.harms["end a writer"]:
            self.found.append(f"writers lost {lost} connections; {caused} restarts and {self.harms['end a writer']} ended sessions do not explain that")

    # ---- the whole

    def run(self):
        self.begun = time.monotonic()
        self.checks.remember_beginning()
        for writer in self.writers:
            writer.start()
        try:
            self.to_and_fro()
        except RuntimeError as error:
            self.found.append(str(error))
        finally:
            for writer in self.writers:
                writer.ended.set()
            for writer in self.writers:
                writer.stop()
        self.judge_writers()
        return self.told()

    def to_and_fro(self):
        seconds = self.options.minutes * 60 if self.options.minutes else SHORT
        for end in (MIGRATE, CONTRACT):
            self.go(end)
        while self.at not in (MIGRATE, SWITCH):  # a way may be given up
            self.go(SWITCH)
        with self.stillness():
            self.found += self.checks.self_test()
        while time.monotonic() - self.begun < seconds:
            self.go(self.chance.choice([phase for phase in range(5) if phase != self.at]))
        # Both ends.
        for end in (CONTRACT, START):
            if self.at != end:
                self.go(end)

    def told(self):
        committed, taken_back = (sum(getattr(writer, name) for writer in self.writers) for name in ("committed", "taken_back"))
        harms = ", ".join(f"{count} x {what}" for what, count in sorted(self.harms.items()))
        print(f"{time.monotonic() - self.begun:.0f} s, seed {self.options.seed}: {committed:,} transactions of {len(self.writers)} writers "
              f"and {taken_back:,} taken back, {self.legs} ways, {self.checks.made} comparisons; {harms}; {len(self.found)} findings")
        for finding in self.found:
            print("    " + finding)
        return not self.found


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("build")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--writers", type=int, default=4)
    return parser.parse_args()


def main():
    options = arguments()
    print(f"seed {options.seed}", flush=True)
    with private_server(options.build) as server:
        good = Twin(server, pathlib.Path(options.source).resolve() / "tests" / "fault" / "twin", options).run()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
