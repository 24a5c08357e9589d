"""What every demo has: a private server, two instances of a service, traffic, segue, a report with zeros.

Does: start, watch, stop and clear away; insist on exit statuses. Does not: know a plan; a play derives from Stage and says what happens.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

from demo_report import Report

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(os.environ.get("SEGUE_BUILD", os.path.join(ROOT, "build")), "bin")
TOKEN = "demo"


class Unexpected(Exception):
    """Something did not go as the demo says it must."""


def arguments(directory, bake=("5s", "2s"), **sizes):
    """--rows and further sizes, and how long each stage of a rollout bakes: name=(full, fast)."""
    parser = argparse.ArgumentParser()
    for name in sizes:
        parser.add_argument("--" + name, type=int)
    parser.add_argument("--rate", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--directory", default=os.path.join(ROOT, ".segue", directory))
    options = parser.parse_args()
    for name, (full, fast) in sizes.items():
        setattr(options, name, getattr(options, name) or (fast if options.fast else full))
    options.pause = 4 if options.fast else 10
    options.bake = bake[options.fast]
    return options


def say(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


class Stage:
    plan, program = "", ""  # of the play: a folder of plans/, and the service

    def __init__(self, options):
        self.options = options
        self.directory = os.path.abspath(options.directory)
        self.processes = []
        self.report = Report(os.path.join(self.directory, "windows.json"), os.path.join(BIN, "traffic"), self.title())

    def title(self):
        raise NotImplementedError

    def plan_folder(self):
        return os.path.join(ROOT, "plans", self.plan)

    # ---- programs

    def command(self, *words, expect=0, quiet=False):
        """Runs a program as a person would, and insists on its exit status."""
        shown = " ".join(w if w != self.plan_folder() else "plans/" + self.plan for w in words)
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

    def start_database(self):
        if os.path.isdir(self.directory):
            subprocess.run([os.path.join(BIN, "segue"), "pg", "stop", "--dir", self.database_directory(), "--remove"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            shutil.rmtree(self.directory)
        os.makedirs(self.directory)
        say("1. An embedded PostgreSQL starts")
        self.url = self.command("segue", "pg", "start", "--dir", self.database_directory(), quiet=True).split()[-1]
        print(self.url)

    def database_directory(self):
        return os.path.join(self.directory, "postgresql")

    def open(self, *traffic):
        """Two instances of the service, and who asks them; `traffic`: further options."""
        self.services, targets = [], []
        for name in ("first", "second"):
            service = self.background(name, self.program, "serve", "--database", self.url, "--listen", "127.0.0.1:0", "--instance", name)
            line = service.stdout.readline()
            if "listening on " not in line:
                raise Unexpected(f"instance {name} did not start: see {self.directory}/{name}.log")
            service.address = line.split("listening on ")[1].strip()
            targets += ["--target", service.address]
            self.services.append(service)
            print(line, end="")
        self.traffic = self.background(
            "traffic", "traffic", "run", *targets, "--rate", str(self.options.rate), "--seconds", "0", "--ledger",
            os.path.join(self.directory, "ledger.jsonl"), "--windows", os.path.join(self.directory, "windows.json"),
            "--seed", str(self.options.seed), "--json", *traffic)
        time.sleep(2)  # connections, caches
        self.watch("before")

    def fetch(self, service, path):
        with urllib.request.urlopen(service.address + path, timeout=10) as answer:
            return answer.read().decode()

    def health(self, service):
        return json.loads(self.fetch(service, "/health"))

    def watch(self, name):
        with self.report.segment(name):
            time.sleep(self.options.pause)

    def until(self, what, holds):
        for _ in range(600):
            if holds():
                return
            time.sleep(0.1)
        raise Unexpected(f"not within a minute: {what}")

    def status(self):
        return json.loads(self.command("segue", "status", self.plan_folder(), "--json", quiet=True))

    def segment(self, name, phases, action):
        with self.report.segment(name) as segment:
            action()
        segment.add_steps([step for step in self.status()["steps"] if step["phase"] in phases])

    # ---- what a person on duty types

    def run_to(self, phase, expect=0, quiet=False):
        self.command("segue", "run", self.plan_folder(), "--to", phase, "--bake", self.options.bake, expect=expect, quiet=quiet)

    def approve(self, phase, reason):
        self.command("segue", "approve", self.plan_folder(), phase, "--by", "demo", "--reason", reason)

    def answer_checklist(self):
        self.command("segue", "run", self.plan_folder(), expect=1)
        items = json.loads(self.command("segue", "run", self.plan_folder(), "--json", quiet=True, expect=1).splitlines()[-1])
        for number, _ in enumerate([i for i in items["gate"]["items"] if i["name"].startswith("checklist")], 1):
            self.command("segue", "approve", self.plan_folder(), "--checklist", str(number), "--by", "demo", "--reason",
                         "a demo: nobody is hurt", quiet=True)

    def rollback(self, phase):
        self.command("segue", "rollback", self.plan_folder(), "--to", phase, "--by", "demo")

    def verify(self):
        output = self.command("segue", "verify", self.plan_folder(), "--json", quiet=True)
        result = json.loads(output.splitlines()[-1])
        compared = [r for r in result["results"] if "disagree" in r["name"]]
        found, rows = sum(int(r["found"]) for r in compared), sum(r["rows"] for r in compared)
        self.report.disagreeing(found, rows)
        print(f"old = new in all {rows:,} rows" if found == 0 else f"{found} rows disagree")

    def close(self, *audit):
        """Nobody asks any more; `audit`: further options."""
        self.report.traffic(json.loads(self.stop(self.traffic, expect=(0, 1)).splitlines()[-1]))
        for service in self.services:
            self.stop(service)
        audit = subprocess.run([os.path.join(BIN, "traffic"), "audit", "--ledger", os.path.join(self.directory, "ledger.jsonl"),
                                "--database", self.url, "--json", *audit], stdout=subprocess.PIPE, text=True)
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


def perform(play):
    """The whole play; the exit status."""
    finished = False
    try:
        play.prepare()
        play.play()
        play.go_home()
        finished = True
    except Unexpected as error:
        print(f"\nthe demo stopped: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
    finally:
        play.clear(finished)
    if not finished:
        return 1
    text = play.report.text()
    with open(os.path.join(play.directory, "report.txt"), "w") as file:
        file.write(text + "\n")
    with open(os.path.join(play.directory, "report.json"), "w") as file:
        json.dump(play.report.values(), file, indent=1)
    print("\n" + text)
    return 0 if play.report.holds() else 1
