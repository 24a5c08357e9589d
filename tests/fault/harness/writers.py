"""Writers beside the migration: the old application, the new one, and one that knows neither side. Each keeps its own account.

A statement that was acknowledged must be there at the end; one whose answer was lost may be there or not; any other answer
of the server than success is a failure: segue must not break the application.
"""
import random
import threading
import time

from .psql import Psql

TEXTS = ("9:00 AM", "오후 3시", "23:10", "00:05", "8am", "14:30")
PAUSE = 0.02


def literal(value):
    return "'" + str(value).replace("'", "''") + "'"


class Writer(threading.Thread):
    """style: old, new or neutral. No two write the same row: each has keys that were there, and some it makes and deletes itself."""

    def __init__(self, tools, database, style, number):
        super().__init__(daemon=True)
        self.style, self.session = style, Psql(tools, database)
        self.random = random.Random(number)
        self.keys, self.own = range(1 + 40 * number, 40 + 40 * number), 1000 * (1 + number)
        self.possible, self.failures, self.acknowledged = {}, [], 0
        self.ended = threading.Event()

    # ---- what it writes: SQL, key, and the row's values after it (None: no row)

    def operation(self, number):
        table = self.random.choice(("scans", "scans", "visits"))
        values = {"remark": f"{self.style} {number}", **self.side(table)}
        if self.style == "neutral" or self.random.random() < 0.6:
            key = self.random.choice([key for key in self.keys if table == "scans" or key != 7])
            sets = ", ".join(f'"{column}" = {literal(value)}' for column, value in values.items())
            return f"update {table} set {sets} where id = {key}", (table, key), values
        key = self.own + self.random.randrange(20)
        if self.random.random() < 0.3:
            return f"delete from {table} where id = {key}", (table, key), None
        names, literals = ", ".join(f'"{column}"' for column in values), ", ".join(map(literal, values.values()))
        sets = ", ".join(f'"{column}" = excluded."{column}"' for column in values)
        return f"insert into {table} (id, {names}) values ({key}, {literals}) on conflict (id) do update set {sets}", (table, key), values

    def side(self, table):
        if self.style == "neutral":
            return {}
        if table == "visits":
            return {"minutes" if self.style == "old" else "minutesNumber": self.random.randrange(5, 90)}
        device = self.random.choice(("XRAY", "MRI", "CT", "ECG"))
        if self.style == "new":
            return {"deviceId": "dev_" + device.lower(), "half": self.random.choice(("FIRST", "SECOND"))}
        at = self.random.choice(TEXTS) if self.random.random() < 0.5 else f"{self.random.randrange(24):02}:{self.random.randrange(60):02}"
        return {"device": device, "startsAt": at}

    # ---- how

    def run(self):
        number, connected = 0, False
        while not self.ended.is_set():
            if not connected:
                connected = self.session.connect()
                time.sleep(0 if connected else 0.2)
                continue
            number += 1
            statement, place, values = self.operation(number)
            answer = self.session.ask(statement)
            if answer == "ok":
                self.possible[place] = [values]
                self.acknowledged += 1
            elif Psql.is_lost(answer):
                self.possible.setdefault(place, ["as it was"]).append(values)
                connected = False
            else:
                self.failures.append(f"{self.style} writer: {statement}: SQLSTATE {answer}")
            time.sleep(PAUSE)
        self.session.leave()

    def stop(self):
        self.ended.set()
        self.join(60)
        if self.is_alive():
            self.failures.append(f"{self.style} writer: hangs")

    # ---- its account

    def differences(self, rows):
        """`rows`: {(table, key): {column: text}} as they are now."""
        for place, possible in self.possible.items():
            if "as it was" not in possible and not any(self.agrees(rows.get(place), values) for values in possible):
                yield f"{self.style} writer: {place[0]} {place[1]} is {rows.get(place)}, should be {' or '.join(map(str, possible))}"

    @staticmethod
    def agrees(row, values):
        if row is None or values is None:
            return row is None and values is None
        # A column that is retired or dropped by now cannot be asked.
        return all(row.get(column) == str(value) for column, value in values.items() if column in row)
