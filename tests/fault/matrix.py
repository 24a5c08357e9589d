#!/usr/bin/env python3
"""Harm at every fault point: under writers, taken up again, compared with a twin that was left alone.

usage: matrix.py SOURCE_DIR BUILD_DIR [--all | --everywhere] [--turn N] [PATTERN...]
       exit 1 if a case fails or a point was never reached

  (neither)      each point once, the harms in turn, in a segment of the story that is drawn by the point's name
  --all          each point x each harm
  --everywhere   each point x each harm x each segment that reaches it: an hour
  --turn N       other draws and another turn of the harms: 0 (the default), 1, 2 ...
  PATTERN        only cases whose title has it: "switch: flag_set.sent:1=cut"
"""
import collections
import concurrent.futures
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
import zlib

sys.dont_write_bytecode = True  # nothing is left in the source folder
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))
from harness.case import Case, Story, tell  # noqa: E402
from harness.server import private_server  # noqa: E402
from harness.story import SEGMENTS, TEMPLATES  # noqa: E402

HARMS = ("kill", "error", "cut", "stop")
AT_ONCE = 2 * min(4, os.cpu_count() or 1)  # a good part of a case is waiting
STOPS_AT_ONCE = 9


class Matrix:
    def __init__(self, server, folder):
        self.server, self.tools, self.folder = server, server.tools, folder
        self.twins, self.counts, self.fired, self.failed, self.passed = {}, {}, set(), [], 0

    # ---- the twins

    def make_templates(self):
        for name, template, commands, sql in TEMPLATES:
            self.server.sql(f'create database "{name}"' + (f' template "{template}"' if template else ""))
            if template:
                self.server.belongs_to_itself(name)
            else:
                self.sound(self.tools.psql("@schema.sql", name, self.folder), "schema.sql")
            for command in commands:
                self.sound(Story(self.tools, self.folder, None, name).segue(command), command)
            if sql:  # as the old application would
                self.sound(self.tools.psql(sql, name, self.folder), sql)

    @staticmethod
    def sound(session, what):
        status, text = session.end()
        if status != 0:
            raise RuntimeError(f"{what}: exit status {status}: {text}")

    def leave_alone(self, segment):
        """The twin: the same under writers, without harm. It has to satisfy everything that a case has to, and counts the points it passes."""
        story = Story(self.tools, self.folder, segment, self.server.copy(segment.begins))
        story.begin_writing()
        try:
            status, text = story.segue(segment.command, SEGUE_FAULT="trace").end()
            failures = story.take_up() if segment.again else [] if status == segment.status else [f"exit status {status}: {text}"]
        finally:
            story.end_writing()
        failures += story.judged()
        if failures:
            raise RuntimeError(f"{segment.name}: left alone it fails: " + "; ".join(failures))
        self.twins[segment] = story.state.of_story(segment.compared)
        self.counts[segment] = collections.Counter(line.split()[2].rstrip(":") for line in text.splitlines() if line.startswith("fault point "))
        self.server.drop(story.database)

    # ---- the cases

    def cases(self, breadth, turn):
        names = subprocess.run([self.server.segue, "faults", "--names"], capture_output=True, text=True, check=True).stdout.split()
        for number, name in enumerate(names):
            reached = [segment for segment in SEGMENTS if self.counts[segment][name]]
            if not reached:
                self.failed.append(f"{name}: no segment of the story reaches it")
            for harm in HARMS if breadth else (HARMS[(number + number // 4 + turn) % 4],):
                chance = random.Random(zlib.crc32(f"{name} {harm} {turn}".encode()))
                for segment in reached if breadth == "--everywhere" else [chance.choice(reached)] if reached else []:
                    yield Case(segment, name, harm, chance.randint(1, self.counts[segment][name]))

    def run_one(self, case, meet=None):
        begin = time.monotonic()
        story = Story(self.tools, self.folder, case.segment, self.server.copy(case.segment.begins))
        try:
            fired, failures = tell(story, case, self.twins[case.segment], meet or self.server.crash)
        except RuntimeError as error:  # the database is not in a state that could be asked for
            fired, failures = True, [str(error)]
        if not failures:
            self.server.drop(story.database)
        return case, fired, failures, time.monotonic() - begin

    def note(self, case, fired, failures, seconds):
        """False: the point was not reached this time."""
        if fired:
            self.fired.add(case.point)
        for failure in failures:
            self.failed.append(f"{case.title()}: {failure}")
        if failures or fired:
            self.passed += not failures
            print(f"{'FAILED' if failures else 'passed'}  {case.title()}  ({seconds:.1f} s)", flush=True)
            for failure in failures:
                print(f"    {failure}", flush=True)
        return fired or bool(failures)

    def run_all(self, cases):
        """The cases whose point was not reached: which texts and rows wait for a run depends on what the writers did."""
        missed = []
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for done in concurrent.futures.as_completed([pool.submit(self.run_one, case) for case in cases if case.harm != "stop"]):
                if not self.note(*done.result()):
                    missed.append(done.result()[0])
        return missed + self.run_stops([case for case in cases if case.harm == "stop"])

    def run_stops(self, cases):
        """Several stop, the server crashes once, and all go on."""
        missed = []
        for at in range(0, len(cases), STOPS_AT_ONCE):
            batch = cases[at:at + STOPS_AT_ONCE]
            barrier = threading.Barrier(len(batch), self.server.crash)
            with concurrent.futures.ThreadPoolExecutor(len(batch)) as pool:
                for done in concurrent.futures.as_completed([pool.submit(self.run_one, case, barrier.wait) for case in batch]):
                    if not self.note(*done.result()):
                        missed.append(done.result()[0])
        return missed

    def run(self, breadth, turn, patterns):
        self.make_templates()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.leave_alone, SEGMENTS))
        cases = [case for case in self.cases(breadth, turn) if not patterns or any(pattern in case.title() for pattern in patterns)]
        print(f"{len(cases)} cases", flush=True)
        missed = self.run_all(cases)
        for _ in range(3):
            missed = missed and self.run_all([Case(case.segment, case.point, case.harm) for case in missed])
        self.failed += [f"{case.title()}: not reached in four runs" for case in missed]
        print(f"{len(self.fired)} fault points reached in {self.passed} sound cases; {len(self.failed)} failures")
        for failure in self.failed:
            print("    " + failure)
        return not self.failed


def main():
    words = list(sys.argv[1:])
    breadth = next((word for word in words if word in ("--all", "--everywhere")), "")
    turn = int(words.pop(words.index("--turn") + 1)) if "--turn" in words else 0
    words = [word for word in words if word not in ("--all", "--everywhere", "--turn")]
    if len(words) < 2:
        sys.exit(__doc__)
    with private_server(words[1]) as server:
        good = Matrix(server, pathlib.Path(words[0]).resolve() / "tests" / "fault" / "story").run(breadth, turn, words[2:])
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
