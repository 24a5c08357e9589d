"""Patients book at 60 % of what the system can take while servers, services, flags and the patients themselves are cut off.

python3 tests/e2e/soak.py SOURCE_DIR BUILD_DIR [--minutes N] [--seed N] [--instances N] [--rows N] [--most RATE]
Without --minutes: about 45 seconds in all. Ends with an audit; exit status 0 only if it finds nothing.
"""
import argparse
import json
import os
import random
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from stage import Failed, Service, Stage  # noqa: E402

DEADLINE = 5  # of one try, in seconds: a request that was due so long before a disturbance may have felt it
SHORT = 22  # seconds of the soak itself, without --minutes


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("build")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--instances", type=int, default=3)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--most", type=int, help="requests a second at most, whatever the capacity")
    options = parser.parse_args()
    options.rows = options.rows or (100_000 if options.minutes else 2_000)
    options.most = options.most or (100_000 if options.minutes else 300)
    return options


class Soak:
    def __init__(self, stage, options):
        self.stage, self.options = stage, options
        self.chance = random.Random(options.seed)
        self.disturbances, self.runs, self.failed = [], [], []

    def expect(self, holds, what):
        print(("ok   " if holds else "NO   ") + what, flush=True)
        if not holds:
            self.failed.append(what)

    # ---- the stage

    def prepare(self):
        stage = self.stage
        stage.open_hospital(self.options.rows)
        stage.answer_checklist()
        self.services = [Service(stage, f"instance-{number + 1}") for number in range(self.options.instances)]
        stage.run_to("migrate")
        stage.approve("migrate")
        stage.run_to("switch")
        self.keys = stage.knows_keys(self.services[0])
        print("a booking sent twice under one key is booked " + ("once: lost answers are asked for again" if self.keys else
              "twice: nothing is sent again, and requests may fail while something is cut off"))

    def measure_capacity(self):
        """For two seconds more than it can take: what is answered a second is what it can."""
        ledger, offered, capacity = os.path.join(self.stage.directory, "capacity.jsonl"), 4000, 0
        while offered == 4000 or (capacity > offered * 0.4 and offered <= 64_000):
            done = self.stage.run("traffic", "run", *[word for s in self.services for word in ("--target", s.target)], "--ledger", ledger,
                                  "--rate", str(offered), "--seconds", "2", "--in-flight", "64", "--no-retry", "--seed", "99", "--json",
                                  "--days", "60")
            if done.returncode not in (0, 1):
                raise Failed(f"traffic ended with {done.returncode}:\n{done.stderr}")
            measured = json.loads(done.stdout.splitlines()[-1])
            capacity, offered = (measured["sent"] - measured["failed"]) / measured["seconds"], offered * 2
        self.rate = max(10, min(int(capacity * 0.6), self.options.most))
        print(f"capacity about {capacity:,.0f} requests a second; the soak runs at {self.rate}")
        return ledger

    def start_patients(self):
        self.runs.append(f"windows-{len(self.runs) + 1}.json")
        self.patients = self.stage.traffic(self.services, self.runs[-1], "--rate", str(self.rate), "--days", "60", "--seed",
                                           str(self.options.seed), *([] if self.keys else ["--no-retry"]))

    # ---- what happens

    def restart_database(self, immediately):
        self.stage.restart_database(immediately)
        for service in self.services:
            service.wait_until_healthy()

    def kill_instance(self):
        service = self.chance.choice(self.services)
        service.kill()
        time.sleep(self.chance.uniform(0.2, 1.5))
        service.start()
        service.wait_until_healthy()

    def turn_flag(self):
        self.stage.turn_flag(self.chance.choice([0, 10, 50, 100]))

    def kill_patients(self):
        self.patients.kill()
        self.patients.wait()
        self.start_patients()

    def disturb(self, what):
        begin = time.time()
        {"database restarted, fast": lambda: self.restart_database(False),
         "database restarted, as after a crash": lambda: self.restart_database(True),
         "instance killed": self.kill_instance, "flag turned": self.turn_flag, "patients killed": self.kill_patients}[what]()
        self.disturbances.append((what, begin, time.time()))
        print(f"     {begin - self.begin:6.1f} s  {what} ({time.time() - begin:.1f} s)", flush=True)

    def soak(self):
        """Each of them comes up once in a round, in another order; the patients are killed once in all."""
        seconds = self.options.minutes * 60 if self.options.minutes else SHORT
        round_of = ["database restarted, fast", "database restarted, as after a crash", "instance killed", "flag turned"]
        pauses = (4, 15) if self.options.minutes else (1, 2.5)
        self.begin = time.time()
        self.start_patients()
        deck = []
        while time.time() - self.begin < seconds or len(self.disturbances) < len(round_of) + 1:
            if not deck:
                deck = round_of + ["flag turned"] + ([] if self.disturbances else ["patients killed"])
                self.chance.shuffle(deck)
            time.sleep(self.chance.uniform(*pauses))
            self.disturb(deck.pop())
        time.sleep(2)
        self.last = self.stage.stop_traffic(self.patients)

    # ---- what must hold

    def judge_requests(self):
        windows = [window for run in self.runs for window in self.stage.windows(run)]
        total = {name: sum(window[name] for window in windows) for name in ("sent", "failed", "repeated", "full")}
        print(f"{total['sent']:,} requests, {total['repeated']:,} of them sent more than once, {total['full']:,} found no room, "
              f"{total['failed']:,} failed; since the patients were killed p50 {self.last['p50_ms']:.1f} ms, p99 {self.last['p99_ms']:.1f} ms")
        self.expect(self.last["booked"] > 0 and self.last["status_changed"] > 0, "patients booked and cancelled")
        if self.keys:
            self.expect(total["failed"] == 0, f"every request has an answer in the end {self.last['failures'] or ''}")
            return
        outside = sum(window["failed"] for window in windows if not self.is_disturbed(window["second"]))
        self.expect(outside == 0, f"no request failed but while something was cut off ({outside} did)")

    def is_disturbed(self, second):
        return any(begin - DEADLINE - 1 <= second <= end + 1 for _, begin, end in self.disturbances)

    def judge_bookings(self, capacity_ledger):
        audit = self.stage.audit(capacity_ledger)
        print(f"{audit['asked']:,} bookings asked for, {audit['acknowledged']:,} acknowledged, {audit['status_changes']:,} changes of status; "
              f"{audit['cut_short']} open when the patients were killed, {audit['excused']} rows of lost answers")
        for difference in audit["differences"][:20]:
            print(f"     {difference['kind']}  {difference['id']}  {difference['detail']}")
        for kind, count in audit["counts"].items():
            self.expect(count == 0, f"{count} {audit['meanings'][kind]}")
        self.expect(not audit["not_checkable"] and audit["acknowledged"] > 0, "everything could be checked")

    def play(self):
        self.prepare()
        capacity_ledger = self.measure_capacity()
        self.soak()
        for service in self.services:
            service.drain()
        counted = {what: sum(1 for name, _, _ in self.disturbances if name == what) for what, _, _ in self.disturbances}
        print(f"\n{time.time() - self.begin:.0f} s with " + ", ".join(f"{count} x {what}" for what, count in counted.items()))
        self.judge_requests()
        self.judge_bookings(capacity_ledger)
        return 1 if self.failed else 0


def main():
    options = arguments()
    with Stage(options.source, options.build) as stage:
        return Soak(stage, options).play()


if __name__ == "__main__":
    sys.exit(main())
