"""An application that does the same to a table and to its twin, in one transaction: whatever becomes of it, both are equal.

What it knows: "old", the old columns; "new", the new ones, and then the twin gets what the mapping's old side says; "neutral", only
what both models have. Each writer has rows of its own, so that none waits for another: who is waited for is segue.
"""
import random
import threading
import time

from .psql import Psql
from .twin_statements import Statements

PAUSE = 0.004


class TwinWriter(threading.Thread):
    def __init__(self, tools, database, number, of, seed):
        super().__init__(daemon=True)
        self.name = f"writer {number}"
        self.session, self.random = Psql(tools, database), random.Random(seed * 1000 + number)
        self.statements = Statements(self.random, number, of)
        self.knows, self.prefers_new = "old", number % 2 == 1
        self.turn = threading.Lock()  # held as long as a transaction is open
        self.ended = threading.Event()
        self.committed, self.taken_back, self.lost, self.failures = 0, 0, 0, []

    def side(self):
        if self.knows == "mixed":
            return "new" if self.prefers_new else "old"
        return self.knows

    def run(self):
        connected = False
        while not self.ended.is_set():
            with self.turn:
                if connected:
                    connected = self.transaction()
                else:
                    connected = self.session.connect()
            time.sleep(PAUSE if connected else 0.1)
        self.session.leave()

    def transaction(self):
        """False: the session is lost, and nobody knows what became of it."""
        for statement in self.drawn():
            answer = self.session.ask(statement)
            if Psql.is_lost(answer):
                self.lost += 1
                return False
            if answer != "ok":
                self.failures.append(f"{self.name} ({self.side()}): SQLSTATE {answer}: {statement}")
                return self.session.ask("rollback") == "ok"
        self.committed += statement == "commit"
        self.taken_back += statement == "rollback"
        return True

    def drawn(self):
        """The statements of one transaction: each for the table, then for its twin."""
        yield "begin"
        for number in range(self.random.choice((1, 1, 2, 4))):
            pair = self.statements.drawn(self.side())
            taken_back = self.random.random() < 0.15
            if taken_back or self.random.random() < 0.15:
                yield f"savepoint s{number}"
            yield from pair
            if taken_back:
                yield f"rollback to savepoint s{number}"
        yield "rollback" if self.random.random() < 0.1 else "commit"

    def stop(self):
        self.ended.set()
        self.join(60)
        if self.is_alive():
            self.failures.append(f"{self.name}: hangs")


