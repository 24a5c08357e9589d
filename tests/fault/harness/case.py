"""One case: harm at one point of one segment, under writers; taken up again; compared with the twin."""
import dataclasses
import os
import re
import shlex
import signal
import time

from .state import State, differences
from .writers import Writer

LOCKED = "is being worked on by"
PATIENCE = 60  # seconds that a command is tried again, and that a stop is waited for
WARMING_UP = 0.03  # seconds that writers write before the command begins


@dataclasses.dataclass(frozen=True)
class Case:
    segment: object
    point: str
    harm: str
    nth: int = 1

    def title(self):
        return f"{self.segment.name}: {self.point}:{self.nth}={self.harm}"


class Story:
    """A database in which a segment is told."""

    def __init__(self, tools, folder, segment, database):
        self.tools, self.folder, self.segment, self.database = tools, folder, segment, database
        self.state = State(tools, folder, database)
        self.writers = []

    def segue(self, command, **environment):
        words = [str(self.folder / "plan") if word == "PLAN" else word for word in shlex.split(command)]
        return self.tools.segue(words, self.database, **environment)

    def again(self, command, patience=PATIENCE):
        """As often as another session holds the plan's lock: the server process of a runner that is gone may be at work yet."""
        deadline = time.monotonic() + PATIENCE
        while True:
            status, text = self.segue(command).end(patience)
            if LOCKED not in text or time.monotonic() > deadline:
                return status, text
            time.sleep(0.1)

    def begin_writing(self):
        self.writers = [Writer(self.tools, self.database, style, number) for number, style in enumerate(self.segment.writers)]
        for writer in self.writers:
            writer.start()
        time.sleep(WARMING_UP)

    def end_writing(self):
        for writer in self.writers:
            writer.ended.set()
        for writer in self.writers:
            writer.stop()

    def take_up(self):
        """Everything after the harm. Failures."""
        failures, commands = [], self.segment.commands()
        for number, command in enumerate(commands, 1):
            status, text = self.again(command)
            expected = self.segment.status if number == len(commands) else 0
            if status != expected:
                failures.append(f"again: segue {command}: exit status {status}, expected {expected}: {text.strip()[-600:]}")
        return failures

    def judged(self):
        """What must hold whatever happened. Failures."""
        failures = [failure for writer in self.writers for failure in writer.failures[:3]]
        rows = self.state.rows()
        for writer in self.writers:
            failures += list(writer.differences(rows))[:3]
        if self.segment.in_sync:
            status, text = self.segue("verify PLAN").end()
            if status != self.segment.verified:
                failures.append(f"segue verify: exit status {status}: {text.strip()[-600:]}")
        return failures + self.state.violations(self.segment.in_sync)


def stopped(session):
    """Waits until the process stops itself, or has ended."""
    while True:
        found = os.waitid(os.P_PID, session.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT | os.WNOHANG)
        if found is not None:
            return found.si_code == os.CLD_STOPPED
        time.sleep(0.005)


def judged_harm(case, status, text):
    if "statement transaction.commit" in text and "outcome unknown" not in text and case.harm in ("cut", "stop"):
        yield f"harm: the answer to a COMMIT was lost, and that is taken for a refusal: {text.strip()[-600:]}"
    elif "segue itself failed" in text or status == "hangs":
        yield f"harm: exit status {status}: {text.strip()[-600:]}"
    elif case.harm == "kill" and status != -9:
        yield f"harm: exit status {status}, expected to be killed"
    elif case.harm == "error" and (status != 3 or "was asked for" not in text):
        yield f"harm: exit status {status}, expected 3 and the error that was asked for: {text.strip()[-600:]}"
    elif case.harm == "cut" and case.point.endswith(".sent") and (status != 4 or "outcome unknown" not in text):
        yield f"harm: exit status {status}, expected 4: the answer to a COMMIT was lost: {text.strip()[-600:]}"
    elif case.harm in ("cut", "stop") and status not in (0, 3, 4):
        yield f"harm: exit status {status}, expected 0, 3 or 4: {text.strip()[-600:]}"


def tell(story, case, twin, meet):
    """(fired, failures). `meet`: called when the process has stopped itself, or will not; returns when the server is back."""
    story.begin_writing()
    try:
        session = story.segue(case.segment.command, SEGUE_FAULT=f"{case.point}:{case.nth}={case.harm}")
        if case.harm == "stop":
            if stopped(session):
                meet()
                os.kill(session.process.pid, signal.SIGCONT)
            else:
                meet()
        status, text = session.end()
        fired = re.search(rf"^fault point {re.escape(case.point)}: {case.harm}$", text, re.MULTILINE) is not None
        failures = list(judged_harm(case, status, text)) if fired else []
        if not fired:
            print(f"        {case.title()}: not reached this time: exit status {status}: {text.strip()[-300:]}", flush=True)
        failures += story.take_up()
    finally:
        story.end_writing()
    if failures:
        return fired, failures  # what comes of it would only hide it
    failures += story.judged()
    return fired, failures + list(differences(twin, story.state.of_story(case.segment.compared)))
