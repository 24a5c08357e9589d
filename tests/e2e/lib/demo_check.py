"""What the test of every demo does: run it small, ask its audit, break something on purpose and see a zero turn.

Does not: know a system; demo.py and clinic_demo.py say what is broken.
"""
import copy
import json
import os
import subprocess
import sys


class DemoCheck:
    """`system`: further options of traffic."""

    def __init__(self, source, build, script, plan, *system):
        self.script, self.build, self.system, self.failed = os.path.join(source, "script", "lib", script), build, system, []
        self.plan = os.path.join(source, "plans", plan)

    def expect(self, holds, what):
        print(("ok   " if holds else "NO   ") + what, flush=True)
        if not holds:
            self.failed.append(what)

    def program(self, *words, database=""):
        return subprocess.run([os.path.join(self.build, "bin", words[0]), *words[1:]], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, "SEGUE_DATABASE": database, "SEGUE_STATE": ""}, timeout=300)

    @staticmethod
    def psql(url, statement):
        done = subprocess.run(["psql", url, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement], text=True, stdout=subprocess.PIPE, check=True)
        return done.stdout.strip()

    def demo(self, directory, *options, parts):
        """It ends well, and its report has these parts, in which somebody was served and nobody was refused."""
        done = subprocess.run([sys.executable, self.script, "--fast", "--keep", "--directory", directory, *options],
                              env={**os.environ, "SEGUE_BUILD": self.build}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
        if done.returncode != 0:
            print(done.stdout)
        self.expect(done.returncode == 0, "the demo ends with exit status 0")
        with open(os.path.join(directory, "report.json")) as file:
            report = json.load(file)
        self.expect(report["holds"] and len(report["checks"]) >= 9, f"every zero of its {len(report['checks'])} holds")
        names = [segment["name"] for segment in report["segments"]]
        self.expect(names[0] == "before" and names[-1] == "after" and set(parts) <= set(names), "its report has every part of the way")
        self.expect(all(s["requests"]["failed"] == 0 and s["requests"]["sent"] > 0 for s in report["segments"]), "people were served in every part")

    def audit(self, directory, url, ledger="ledger.jsonl"):
        done = self.program("traffic", "audit", "--ledger", os.path.join(directory, ledger), "--database", url, "--json", *self.system)
        return done.returncode, json.loads(done.stdout)

    def dead_service(self, directory):
        done = self.program("traffic", "run", "--target", "http://127.0.0.1:1", "--seconds", "1", "--rate", "20", "--no-retry", "--ledger",
                            os.path.join(directory, "dead.jsonl"), "--json", *self.traffic_options())
        self.expect(done.returncode == 1 and json.loads(done.stdout.splitlines()[-1])["failed"] > 0, "requests to a dead service count as failed")

    def traffic_options(self):
        return self.system

    def answer_checklist(self, url, items):
        for number in range(1, items + 1):
            self.program("segue", "approve", self.plan, "--checklist", str(number), "--reason", "test", database=url)

    def disagreeing(self, url):
        """The mappings in whose rows `segue verify` finds that old and new disagree; nothing where its exit status says otherwise."""
        done = self.program("segue", "verify", self.plan, "--json", database=url)
        found = {r["name"].split()[2] for r in json.loads(done.stdout.splitlines()[-1])["results"] if "disagree" in r["name"] and not r["passed"]}
        return found if done.returncode == (1 if found else 0) else None

    def stays_closed(self, url, phase):
        self.program("segue", "approve", self.plan, phase, "--reason", "test", database=url)
        done = self.program("segue", "run", self.plan, database=url)
        self.expect(done.returncode == 1 and "mismatches" in done.stdout, "and the gate stays closed, approved or not")

    def the_report_itself(self, report, kinds):
        """Every number of a report turns it."""
        report.traffic({"failed": 0, "sent": 10})
        report.disagreeing(0, 10)
        good = {"counts": dict.fromkeys(kinds, 0), "meanings": {kind: kind for kind in kinds}, "acknowledged": 5, "not_checkable": []}
        report.audit(good)
        self.expect(report.holds(), "a report of zeros holds")
        for kind in kinds:
            bad = copy.deepcopy(good)
            bad["counts"][kind] = 1
            report.audit(bad)
            self.expect(not report.holds(), f"a report with one {kind} does not")
        report.audit({**good, "acknowledged": 0})
        self.expect(not report.holds(), "a report without anything acknowledged does not")
        report.audit(good)
        report.traffic({"failed": 1, "sent": 10})
        self.expect(not report.holds(), "a report with a failed request does not")
        report.traffic({"failed": 0, "sent": 10})
        report.differing([1, 10])
        self.expect(not report.holds(), "a report with answers that differ does not")
        report.differing([0, 10])
        report.disagreeing(1, 10)
        self.expect(not report.holds(), "a report with rows that disagree does not")
