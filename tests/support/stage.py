"""A whole system for a script: a private server, booking services, patients, segue; and whatever may happen to them.

Does: start, stop, drain and kill each of them; remove everything at the end.
Does not: judge. Every failed command is an exception.
"""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

TOKEN = "stage"
FLAG = "dynamic-services"


class Failed(Exception):
    """Something did not go as the script says it must."""


class Service:
    """One instance of the booking service; what comes after it listens on the same address."""

    def __init__(self, stage, name, legacy=False):
        self.stage, self.name, self.address = stage, name, "127.0.0.1:0"
        self.start(legacy)

    def start(self, legacy=False):
        words = ["reservations", "serve", "--database", self.stage.url, "--listen", self.address, "--instance", self.name]
        self.process = self.stage.background(self.name, *words, *(["--legacy"] if legacy else []))
        line = self.process.stdout.readline()
        if "listening on " not in line:
            raise Failed(f"instance {self.name} did not start:\n{self.stage.log(self.name)}")
        self.target = line.split("listening on ")[1].strip()
        self.address = self.target.removeprefix("http://")

    def drain(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=60) != 0:
            raise Failed(f"instance {self.name} ended with {self.process.returncode}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def health(self):
        try:
            with urllib.request.urlopen(self.target + "/health", timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def wait_until_healthy(self):
        for _ in range(300):
            if self.health():
                return
            time.sleep(0.1)
        raise Failed(f"instance {self.name} does not come back to health")


class Stage:
    def __init__(self, source, build):
        self.bin, self.plan = os.path.join(build, "bin"), os.path.join(source, "plans", "hospital-services")
        self.directory = tempfile.mkdtemp(prefix="segue-stage-")
        self.server, self.url, self.processes = os.path.join(self.directory, "postgresql"), "", []
        self.ledger = os.path.join(self.directory, "ledger.jsonl")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.run("segue", "pg", "stop", "--dir", self.server, "--remove")
        shutil.rmtree(self.directory, ignore_errors=True)

    # ---- programs

    def environment(self):
        return {**os.environ, "SEGUE_DATABASE": self.url, "TRAFFIC_TOKEN": TOKEN, "RESERVATIONS_TOKEN": TOKEN}

    def run(self, *words):
        return subprocess.run([os.path.join(self.bin, words[0]), *words[1:]], env=self.environment(), text=True, timeout=600,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def command(self, *words):
        done = self.run(*words)
        if done.returncode != 0:
            raise Failed(f"\"{' '.join(words)}\" ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def background(self, name, *words):
        with open(os.path.join(self.directory, name + ".log"), "a") as log:
            process = subprocess.Popen([os.path.join(self.bin, words[0]), *words[1:]], env=self.environment(), text=True,
                                       stdout=subprocess.PIPE, stderr=log)
        self.processes.append(process)
        return process

    def log(self, name):
        with open(os.path.join(self.directory, name + ".log")) as file:
            return file.read()[-2000:]

    # ---- the database

    def start_database(self):
        self.url = self.command("segue", "pg", "start", "--dir", self.server).split()[-1]

    def restart_database(self, immediately):
        """Fast: open transactions are rolled back; immediately: as after a crash, with recovery."""
        if immediately:
            pid = int(self.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))
            os.kill(pid, signal.SIGQUIT)
            while os.path.exists(f"/proc/{pid}"):
                time.sleep(0.02)
        else:
            self.command("segue", "pg", "stop", "--dir", self.server)
        self.start_database()

    def sql(self, statement, url=None):
        done = subprocess.run(["psql", url or self.url, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise Failed(done.stderr)
        return done.stdout.strip()

    def open_hospital(self, rows):
        self.start_database()
        self.command("reservations", "init", "--database", self.url)
        self.command("reservations", "load", "--database", self.url, "--rows", str(rows))

    # ---- the migration

    def answer_checklist(self):
        gate = json.loads(self.run("segue", "run", self.plan, "--json").stdout.splitlines()[-1])["gate"]
        for number, _ in enumerate([item for item in gate["items"] if item["name"].startswith("checklist")], 1):
            self.command("segue", "approve", self.plan, "--checklist", str(number), "--by", "test", "--reason", "a test")

    def approve(self, phase):
        self.command("segue", "approve", self.plan, phase, "--by", "test", "--reason", "a test")

    def run_to(self, phase):
        self.command("segue", "run", self.plan, "--to", phase, "--bake", "1s")

    def turn_flag(self, percent):
        self.command("segue", "rollout", self.plan, FLAG, "--to", f"{percent}%", "--by", "test", "--reason", "a test")

    # ---- patients

    def traffic(self, services, windows, *options):
        targets = [word for service in services for word in ("--target", service.target)]
        return self.background("traffic", "traffic", "run", *targets, "--ledger", self.ledger, "--windows",
                               os.path.join(self.directory, windows), "--seconds", "0", "--json", *options)

    def stop_traffic(self, process):
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=120)
        if process.returncode not in (0, 1):
            raise Failed(f"traffic ended with {process.returncode}:\n{self.log('traffic')}")
        return json.loads(output.splitlines()[-1])

    def windows(self, name):
        with open(os.path.join(self.directory, name)) as file:
            return json.load(file)["windows"]

    def audit(self, *ledgers):
        words = [word for ledger in (self.ledger, *ledgers) for word in ("--ledger", ledger)]
        done = self.run("traffic", "audit", *words, "--database", self.url, "--json")
        if done.returncode not in (0, 1):
            raise Failed(f"the audit could not be made:\n{done.stderr}")
        return json.loads(done.stdout)

    # ---- what the service can do

    def knows_legacy(self):
        return "--legacy" in self.run("reservations", "serve", "--help").stdout

    def ask(self, service, path, body, headers):
        request = urllib.request.Request(service.target + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json", "Authorization": "Bearer " + TOKEN, **headers})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def knows_keys(self, service):
        """Whether a booking sent twice under one Idempotency-Key is booked once. What it books it cancels."""
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 100 * 86400))
        body = {"patient_name": "nobody", "phone": "010-0000-0000", "birth_date": "1990-01-01", "gender": "OTHER",
                "treatment_type": "FOLLOW_UP", "service": "SKIN_CARE", "preferred_date": day, "preferred_time": "09:00"}
        ids = {self.ask(service, "/api/public/reservations", body, {"Idempotency-Key": "stage-asks-twice"})["reservation"]["id"]
               for _ in range(2)}
        for booked in ids:
            self.ask(service, f"/api/admin/reservations/{booked}/status", {"status": "CANCELLED"}, {})
        return len(ids) == 1
