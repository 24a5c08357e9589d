"""The demo: what a person on duty would type, typed in order, while patients book."""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from demo_report import Report

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(os.environ.get("SEGUE_BUILD", os.path.join(ROOT, "build")), "bin")
PLAN = os.path.join(ROOT, "plans", "hospital-services")
FLAG = "dynamic-services"
TOKEN = "demo"


class Unexpected(Exception):
    """Something did not go as the demo says it must."""


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int)
    parser.add_argument("--rate", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--directory", default=os.path.join(ROOT, ".segue", "demo"))
    options = parser.parse_args()
    options.rows = options.rows or (20_000 if options.fast else 200_000)
    options.pause = 4 if options.fast else 10
    options.bake = "2s" if options.fast else "5s"
    return options


def say(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


class Demo:
    def __init__(self, options):
        self.options = options
        self.directory = os.path.abspath(options.directory)
        self.processes = []
        self.report = Report(os.path.join(self.directory, "windows.json"), os.path.join(BIN, "traffic"))

    # ---- programs

    def command(self, *words, expect=0, quiet=False):
        """Runs a program as a person would, and insists on its exit status."""
        shown = " ".join(w if w != PLAN else "plans/hospital-services" for w in words)
        if not quiet:
            print(f"$ {shown}", flush=True)
        done = subprocess.run([os.path.join(BIN, words[0]), *words[1:]], env=self.environment(), text=True,
                              stdout=subprocess.PIPE if quiet else None)
        if done.returncode != expect:
            raise Unexpected(f"\"{shown}\" ended with {done.returncode}, expected {expect}")
        return done.stdout or ""

    def environment(self):
        return {**os.environ, "SEGUE_DATABASE": getattr(self, "url", ""), "SEGUE_STATE": os.path.join(self.directory, "state"),
                "TRAFFIC_TOKEN": TOKEN, "RESERVATIONS_TOKEN": TOKEN}

    def background(self, name, *words):
        log = open(os.path.join(self.directory, name + ".log"), "w")
        process = subprocess.Popen([os.path.join(BIN, words[0]), *words[1:]], env=self.environment(), stdout=subprocess.PIPE,
                                   stderr=log, text=True)
        self.processes.append(process)
        return process

    def stop(self, process, expect=0):
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
        self.processes.remove(process)
        if process.returncode not in (expect if isinstance(expect, tuple) else (expect,)):
            raise Unexpected(f"{process.args[0]} ended with {process.returncode}")
        return output

    # ---- the stage

    def prepare(self):
        if os.path.isdir(self.directory):
            subprocess.run([os.path.join(BIN, "segue"), "pg", "stop", "--dir", self.database_directory(), "--remove"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            shutil.rmtree(self.directory)
        os.makedirs(self.directory)
        say("1. An embedded PostgreSQL starts")
        self.url = self.command("segue", "pg", "start", "--dir", self.database_directory(), quiet=True).split()[-1]
        print(self.url)
        say(f"2. The old data model, with {self.options.rows:,} reservations and times as people write them")
        self.command("reservations", "init", "--database", self.url)
        self.command("reservations", "load", "--database", self.url, "--rows", str(self.options.rows),
                     "--seed", str(self.options.seed))

    def database_directory(self):
        return os.path.join(self.directory, "postgresql")

    def open_the_clinic(self):
        say(f"3. Two instances of the booking service, and patients: {self.options.rate} requests a second")
        self.services, targets = [], []
        for name in ("first", "second"):
            service = self.background(name, "reservations", "serve", "--database", self.url, "--listen", "127.0.0.1:0",
                                      "--instance", name)
            line = service.stdout.readline()
            if "listening on " not in line:
                raise Unexpected(f"instance {name} did not start: see {self.directory}/{name}.log")
            targets += ["--target", line.split("listening on ")[1].strip()]
            self.services.append(service)
            print(line, end="")
        self.traffic = self.background(
            "traffic", "traffic", "run", *targets, "--rate", str(self.options.rate), "--seconds", "0", "--ledger",
            os.path.join(self.directory, "ledger.jsonl"), "--windows", os.path.join(self.directory, "windows.json"),
            "--seed", str(self.options.seed), "--json")
        time.sleep(2)  # connections, caches
        self.watch("before")

    def watch(self, name):
        with self.report.segment(name):
            time.sleep(self.options.pause)

    def status(self):
        return json.loads(self.command("segue", "status", PLAN, "--json", quiet=True))

    def segment(self, name, phases, action):
        with self.report.segment(name) as segment:
            action()
        segment.add_steps([step for step in self.status()["steps"] if step["phase"] in phases])

    # ---- the play

    def run_to(self, phase, expect=0):
        self.command("segue", "run", PLAN, "--to", phase, "--bake", self.options.bake, expect=expect)

    def approve(self, phase, reason):
        self.command("segue", "approve", PLAN, phase, "--by", "demo", "--reason", reason)

    def answer_checklist(self):
        say("4. The plan waits for what no program can see; a person answers")
        self.command("segue", "run", PLAN, expect=1)
        items = json.loads(self.command("segue", "run", PLAN, "--json", quiet=True, expect=1).splitlines()[-1])
        for number, _ in enumerate([i for i in items["gate"]["items"] if i["name"].startswith("checklist")], 1):
            self.command("segue", "approve", PLAN, "--checklist", str(number), "--by", "demo", "--reason",
                         "a demo: nobody is hurt", quiet=True)

    def turned_back_at_25(self):
        """The ladder goes up; at 25 % a person takes everything back with one command while the run is under way."""
        run = subprocess.Popen([os.path.join(BIN, "segue"), "run", PLAN, "--to", "switch", "--bake", self.options.bake],
                               env=self.environment())
        self.processes.append(run)
        while run.poll() is None and self.percent() < 25:
            time.sleep(0.1)
        if self.percent() != 25:
            raise Unexpected("the rollout did not reach 25 %")
        self.command("segue", "rollout", PLAN, FLAG, "--to", "0%", "--by", "demo", "--reason", "to show that it can")
        self.processes.remove(run)
        if run.wait(timeout=60) != 1:
            raise Unexpected(f"segue run ended with {run.returncode} after a person had turned the flag")

    def percent(self):
        return max([flag["percent"] for flag in self.status()["flags"]] or [0])

    def verify(self):
        output = self.command("segue", "verify", PLAN, "--json", quiet=True)
        result = json.loads(output.splitlines()[-1])
        rows = next(r for r in result["results"] if "disagree" in r["name"])
        self.report.disagreeing(int(rows["found"]), rows["rows"])
        print(f"old = new in all {rows['rows']:,} rows" if int(rows["found"]) == 0 else f"{rows['found']} rows disagree")

    def play(self):
        self.answer_checklist()
        say("5. expand: the new model beside the old one")
        self.segment("expand", ["expand"], lambda: self.run_to("expand"))
        say("6. migrate: every row is filled while patients book; then the gate asks for a person")
        self.segment("migrate", ["migrate"], lambda: self.run_to("migrate"))
        self.run_to("switch", expect=1)
        self.approve("migrate", "the numbers are right")
        say("7. switch: 5 %, 25 %, and back to 0 % at once")
        self.segment("switch to 25 %, back to 0 %", ["switch"], self.turned_back_at_25)
        say("8. switch again: 5, 25, 50, 100 %")
        self.segment("switch to 100 %", ["switch"], lambda: self.run_to("switch"))
        self.verify()
        say("9. The whole plan goes back to before migrate, and the schema is proven to be what it was")
        self.segment("rollback to expand", ["migrate", "switch"],
                     lambda: self.command("segue", "rollback", PLAN, "--to", "expand", "--by", "demo"))
        say("10. And forward again")
        self.segment("migrate again", ["migrate"], lambda: self.run_to("migrate"))
        self.approve("migrate", "right again")
        self.segment("switch again", ["switch"], lambda: self.run_to("switch"))
        self.verify()
        say("11. contract: the old columns are retired, archived and dropped")
        self.approve("switch", "everybody books the new way")
        self.segment("contract", ["contract"], lambda: self.run_to("contract"))
        self.watch("after")

    def close(self):
        say("12. The patients go home; what they were told is compared with what the database holds")
        self.report.traffic(json.loads(self.stop(self.traffic, expect=(0, 1)).splitlines()[-1]))
        for service in self.services:
            self.stop(service)
        audit = subprocess.run([os.path.join(BIN, "traffic"), "audit", "--ledger", os.path.join(self.directory, "ledger.jsonl"),
                                "--database", self.url, "--json"], stdout=subprocess.PIPE, text=True)
        if audit.returncode not in (0, 1):
            raise Unexpected("the audit could not be made")
        self.report.audit(json.loads(audit.stdout))

    def clear(self, finished):
        for process in self.processes:
            process.kill()
        if self.options.keep or not finished:
            print(f"\nkept: {self.directory}; the database: {getattr(self, 'url', 'not started')}")
            return
        subprocess.run([os.path.join(BIN, "segue"), "pg", "stop", "--dir", self.database_directory(), "--remove"],
                       stdout=subprocess.DEVNULL)


def main():
    options = arguments()
    demo = Demo(options)
    finished = False
    try:
        demo.prepare()
        demo.open_the_clinic()
        demo.play()
        demo.close()
        finished = True
    except Unexpected as error:
        print(f"\nthe demo stopped: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
    finally:
        demo.clear(finished)
    if not finished:
        return 1
    text = demo.report.text(options)
    with open(os.path.join(demo.directory, "report.txt"), "w") as file:
        file.write(text + "\n")
    with open(os.path.join(demo.directory, "report.json"), "w") as file:
        json.dump(demo.report.values(), file, indent=1)
    print("\n" + text)
    return 0 if demo.report.holds() else 1


if __name__ == "__main__":
    sys.exit(main())
