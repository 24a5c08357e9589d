"""What the contract test of every service does: its calls, its table of routes and its OpenAPI document are one thing.

Does: start the service, run segue as a person would, make the calls that every service refuses alike, and tell which documented
answers nobody has seen. Does not: know a service: reservations_api.py and clinic_api.py say what is asked, and in which phases.
"""
import os
import signal
import subprocess
import time

from openapi_client import Api, Document, Service


class Contract:
    def __init__(self, source, build, program, plan):
        self.bin, self.program, self.plan, self.failed = os.path.join(build, "bin"), program, os.path.join(source, "plans", plan), []
        self.document = Document(os.path.join(source, "docs", "openapi", program + ".json"))

    def expect(self, holds, what):
        print(("ok   " if holds else "NO   ") + what, flush=True)
        if not holds:
            self.failed.append(what)

    # ---- programs

    def run(self, program, *words, url="", environment=None):
        return subprocess.run([os.path.join(self.bin, program), *words], text=True, capture_output=True, timeout=300,
                              env={**os.environ, "SEGUE_DATABASE": url, "SEGUE_STATE": "", **(environment or {})})

    def serve(self, *words, **options):
        return Service(os.path.join(self.bin, self.program), *words, **options)

    def api(self, service, parts=None):
        return Api(self.document, service, self.failed, parts)

    def segue(self, url, command, *words):
        """A command on the plan that must succeed."""
        done = self.run("segue", command, self.plan, *words, url=url)
        self.expect(done.returncode == 0, " ".join(("segue", command, *words)) + (done.stdout + done.stderr if done.returncode else ""))

    def answer_checklist(self, url, items):
        for number in range(1, items + 1):
            self.run("segue", "approve", self.plan, "--checklist", str(number), "--reason", "test", url=url)

    # ---- what holds for every service

    def table_and_document(self, least):
        printed = self.run(self.program, "routes").stdout.splitlines()
        table = {tuple(line.split()) for line in printed}
        documented = {(method.upper(), path, "bearer" if operation["security"] else "anyone") for method, path, operation in self.document.operations()}
        self.expect(table == documented and len(table) >= least,
                    f"the table of routes and the document agree on {len(table)} calls {table ^ documented or ''}")

    def refusals(self, api):
        """A wrong token, too much, and what is no JSON, of each operation that has it."""
        for _, _, operation in self.document.operations():
            name, answers = operation["operationId"], operation["responses"]
            if operation["security"]:
                api.call(name, body={}, token="wrong", expect=401)
            api.call(name, headers={"X-Long": "x" * 20_000}, expect=431)
            if "413" in answers:
                api.call(name, raw=b"x" * 70_000, expect=413)
            if "415" in answers:
                api.call(name, raw=b"{}", kind="text/plain", expect=415)

    def survives(self, service, directory, status):
        """`status`: that of a call, each time it is called."""
        with open(os.path.join(directory, "data", "postmaster.pid")) as file:
            os.kill(int(file.readline()), signal.SIGKILL)
        statuses = []
        for _ in range(300):
            statuses.append(status())
            if statuses[-1] == 200 and len(statuses) > 1:
                break
            time.sleep(0.1)
        self.expect(statuses[-1] == 200, "the database was killed, and the service goes on without a restart")
        self.expect(service.stop() == 0, "SIGTERM ends the service with status 0")
        self.expect(not os.path.exists(os.path.join(directory, "data", "postmaster.pid")), "and its database with it")

    def every_answer_was_seen(self, seen, but):
        missing = {(o["operationId"], status) for _, _, o in self.document.operations() for status in o["responses"] if status not in but} - seen
        self.expect(not missing, f"every documented answer was given once {sorted(missing) or ''}")
