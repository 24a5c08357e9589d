"""Clients of Node (pg, Prisma) go through the whole migration: the old ones without an error until contract, the new ones from switch on.

python3 tests/e2e/node_clients.py SOURCE_DIR BUILD_DIR

The packages come from the npm registry into BUILD_DIR/node_clients; without the registry, or without node, the test fails.
"""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE, BUILD = sys.argv[1:3]
BIN = os.path.join(BUILD, "bin")
PLAN = os.path.join(SOURCE, "plans", "hospital-services")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "tests", "clients"))
from node_client import Client, Unusable, install  # noqa: E402

FAILED = []
DRIVERS = ("pg", "prisma")
# No such column, table or type: what a client gets whose model is not the database's.
MISSING = {"42703", "42P01", "42704"}


def expect(holds, what):
    print(("ok   " if holds else "NO   ") + what, flush=True)
    if not holds:
        FAILED.append(what)
    return holds


class Stage:
    """A database, the plan, and the clients that work meanwhile."""

    def __init__(self, directory):
        self.directory, self.packages = directory, os.path.join(BUILD, "node_clients")
        self.server = os.path.join(directory, "postgresql")
        self.clients = []

    def program(self, *words):
        return subprocess.run([os.path.join(BIN, words[0]), *words[1:]], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, "SEGUE_DATABASE": self.url}, timeout=600)

    def must(self, *words):
        done = self.program(*words)
        if done.returncode != 0:
            raise Unusable(f"{' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def prepare(self):
        install(self.packages)
        self.url = ""
        self.url = self.must("segue", "pg", "start", "--dir", self.server).split()[-1]
        self.must("reservations", "init", "--database", self.url)
        self.must("reservations", "load", "--database", self.url, "--rows", "4000")

    def psql(self, statement):
        return subprocess.run(["psql", self.url, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement], text=True, stdout=subprocess.PIPE,
                              check=True).stdout.strip()

    # ---- clients

    def start(self, model):
        shares = [["--share", f"{i}/{len(DRIVERS)}"] if model == "old" else [] for i in range(len(DRIVERS))]
        started = [Client(self.packages, model, driver, self.url, *share) for driver, share in zip(DRIVERS, shares)]
        self.clients += started
        expect(all(client.started for client in started), f"the {model} clients start")
        return started

    def short(self, model, operations=20):
        """Clients that work for a moment: the errors they saw."""
        clients = [Client(self.packages, model, driver, self.url, "--operations", str(operations)) for driver in DRIVERS]
        self.clients += clients
        for client in clients:
            client.finish()
        return [client.errors() for client in clients]

    def working(self, operations=25):
        """Every client that is there goes on working."""
        for client in self.clients:
            if client.process.poll() is None:
                client.work(operations)

    def clear(self):
        for client in self.clients:
            client.kill()
        subprocess.run([os.path.join(BIN, "segue"), "pg", "stop", "--dir", self.server, "--remove"], stdout=subprocess.DEVNULL)

    # ---- the plan

    def answer(self, items):
        """What only a person can say; no other part of a gate may be closed."""
        closed = [item["name"] for item in items if not item["holds"]]
        if not closed or any(not name.startswith(("checklist", "approvals")) for name in closed):
            raise Unusable(f"a gate stays closed: {closed}")
        checklist = [item["name"] for item in items if item["name"].startswith("checklist")]
        for name in closed:
            words = ["--checklist", str(checklist.index(name) + 1)] if name in checklist else [self.held_by]
            self.must("segue", "approve", PLAN, *words, "--reason", "a test")

    def forward(self, phase):
        self.working(5)
        for _ in range(8):
            done = self.program("segue", "run", PLAN, "--to", phase, "--bake", "1s", "--json")
            if done.returncode != 1:
                break
            result = json.loads(done.stdout.splitlines()[-1])
            self.held_by = result["heldBy"]
            self.answer(result["gate"]["items"])
        if not expect(done.returncode == 0, f"segue run --to {phase}"):
            raise Unusable(done.stdout + done.stderr)
        self.working()
        if phase in ("migrate", "switch"):
            self.agree(phase)

    def back(self, phase):
        self.working(5)
        done = self.program("segue", "rollback", PLAN, "--to", phase, "--reason", "a test")
        if not expect(done.returncode == 0, f"segue rollback --to {phase}"):
            raise Unusable(done.stdout + done.stderr)
        self.working()

    def agree(self, phase):
        """Compared while the clients write, as a person would."""
        done = self.program("segue", "verify", PLAN, "--json")
        results = json.loads(done.stdout.splitlines()[-1])["results"]
        rows = [result["rows"] for result in results if "disagree" in result["name"]]
        expect(done.returncode == 0 and rows and rows[0] >= 4000, f"old and new agree after {phase}, in {rows} rows")


def faultless(client, what, **window):
    errors, wrong = client.errors(**window), client.unlike()
    for line in (errors + wrong)[:5]:
        print(f"     {client.name}: {json.dumps(line, ensure_ascii=False)}")
    totals = client.totals()
    expect(not errors, f"the {client.name} client saw no error {what}: {len(errors)} of {totals['done']} operations")
    expect(not wrong, f"and read back what it had written: {len(wrong)} rows not as written, {totals['again']} snapshots tried again")


def sees_errors(errors_of_clients, codes, what):
    for driver, errors in zip(DRIVERS, errors_of_clients):
        found = collections.Counter(error["code"] for error in errors)
        expect(found and set(found) <= codes, f"the check can fail: {what} ({driver}) does see errors: {dict(found)}")


def until_the_switch(stage):
    """The old clients work all the time, through every phase but contract and every way back."""
    sees_errors(stage.short("new"), MISSING, "a new client before expand")
    old = stage.start("old")
    stage.working()
    stage.forward("expand")
    sees_errors(stage.short("new"), {"23502"}, "a new client between expand and migrate")
    stage.back("start")
    for _ in range(2):
        stage.forward("migrate")
        stage.back("expand")
    stage.forward("migrate")
    new = stage.start("new")
    stage.forward("switch")
    stage.back("migrate")
    stage.forward("switch")
    for client in new:  # the new model goes away: what the new clients are promised ends here
        client.stop()
        faultless(client, "from switch on, and in a rollback of it")
    stage.back("start")
    stage.forward("migrate")
    return old


def old_until_now(old):
    for client in old:
        swept = client.sweep()
        expect(swept["swept"] > 1000 and swept["wrong"] == 0, f"the {client.name} client reads back {swept['swept']} rows as it wrote them")
        faultless(client, "before contract")
        missing = {"create", "read", "page", "list", "status", "reschedule", "transaction", "rolled_back", "repeatable", "upsert", "remove",
                   "createMany", "updateMany"} - set(client.totals()["kinds"])
        expect(not missing, "and has done every kind of operation" + (f" but {missing}" if missing else ""))


def star(client):
    counts = client.totals()["star"]
    print(f"     SELECT * and RETURNING *, prepared and kept: {counts}")
    expect(counts["refused"] >= 2 and not counts["other"], "a prepared SELECT * is refused with 0A000 when the table gets a column")
    expect(counts["refused_again"] == counts["refused"] == counts["healed"], "on each try, until the connection is another")


def through_contract(stage, old):
    """The new clients work all the time; the old ones see their columns go, and come back."""
    new = stage.start("new")
    stage.forward("switch")
    old_until_now(old)
    star(old[0])
    begin = time.time()
    stage.forward("contract")
    sees_errors([client.errors(after=begin) for client in old], MISSING, "an old client after contract")
    sees_errors(stage.short("old", 5), MISSING, "an old client started after contract")
    stage.back("switch")
    stage.agree("the rollback of contract")
    back = time.time()
    stage.working(60)
    print("     errors of connections that were open all the time, after the rollback of contract: "
          f"{[dict(collections.Counter(e['code'] for e in client.errors(after=back))) for client in old]}")
    for errors in stage.short("old", 60):
        expect(not errors, f"an old client started after the rollback of contract sees no error: {len(errors)}")
    for client in old:
        swept = client.sweep()
        expect(swept["swept"] > 1000 and swept["wrong"] == 0,
               f"the {client.name} client reads back {swept['swept']} rows as it wrote them, out of the archive")
    row_changed_behind(stage, old)
    stage.forward("contract")
    for client in new:
        swept = client.sweep()
        expect(swept["swept"] > 0 and swept["wrong"] == 0, f"the {client.name} client reads back {swept['swept']} rows as it wrote them")
        client.stop()
        faultless(client, "from switch on, through contract, its rollback and contract again")


def row_changed_behind(stage, old):
    """The clients find a row that is not what they wrote; after that they may go."""
    for client in old:
        keys = ", ".join(f"'{key}'" for key in client.sweep()["examples"])
        stage.psql(f"update reservations set \"preferredTime\" = '17:59' where id in ({keys})")
        swept = client.stop()
        expect(swept["wrong"] > 0, f"the check can fail: a row changed behind the {client.name} client is found")


def main():
    directory = tempfile.mkdtemp(prefix="segue-e2e-")
    stage = Stage(directory)
    try:
        stage.prepare()
        through_contract(stage, until_the_switch(stage))
    except Unusable as error:
        expect(False, str(error))
    finally:
        stage.clear()
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
