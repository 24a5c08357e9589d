"""What the writers of the twin test do: pairs of statements, the first for the table, the second for its twin."""
TEXTS = ("9:00 AM", "오후 3시", "23:10", "00:05", "8am", "14:30", "someday", "o'clock \\?")
UNREADABLE = TEXTS[-2:]
DEVICES = ("XRAY", "MRI", "CT", "ECG")
MINUTES = {"XRAY": 10, "MRI": 40, "CT": 20, "ECG": 30}  # as the plan's first step says
CANONICAL = {"FIRST": "09:00", "SECOND": "14:00"}       # what the mapping says a row of the new application had
PAID = ("yes", "no", "Y", "네", "아니요")


def literal(value):
    return "'" + str(value).replace("'", "''") + "'"


def both(sql):
    """The same for both: {s} is the schema."""
    return sql.replace("{s}", "public"), sql.replace("{s}", "twin")


def copied(*values):
    """A row as COPY takes it."""
    return "\t".join(str(value).replace("\\", "\\\\") for value in values)


class Statements:
    def __init__(self, chance, number, of):
        self.random, self.number, self.of, self.made = chance, number, of, 0

    def drawn(self, side):
        names = [name for name in dir(self) if name.startswith(f"{side}_")] + ["both_remark"]
        return getattr(self, self.random.choice(names))()

    # ---- values and keys

    def key(self, most=3000):
        """Of a row that is or was there."""
        key = self.random.randrange(most // self.of) * self.of + self.number
        return self.fresh_key(back=self.random.randrange(1, 100)) if self.random.random() < 0.3 else key

    def fresh_key(self, back=0):
        if not back:
            self.made += 1
        return 1_000_000 + max(0, self.made - back) * self.of + self.number

    def device(self):
        return self.random.choice(DEVICES)

    def half(self):
        return self.random.choice(tuple(CANONICAL))

    def text(self):
        """Mostly one that was read long ago; one in fifty is likely to be new."""
        what = self.random.random()
        if what < 0.01:
            return self.random.choice(UNREADABLE)
        if what < 0.4:
            return self.random.choice(TEXTS[:-2])
        if what < 0.42:
            return f"{self.random.randrange(24):02}h{self.random.randrange(60):02}"
        row = self.random.randrange(3000)
        return f"{row % 24:02}:{row % 60:02}"

    def remark(self):
        return literal(f"remark {self.random.randrange(10**6)}")

    # ---- what both models have

    def both_remark(self):
        table = self.random.choice(("scans", "visits"))
        return both(f"update {{s}}.{table} set remark = {self.remark()} where id = {self.key()}")

    neutral_remark = both_remark

    def neutral_delete(self):
        return both(f"delete from {{s}}.{self.random.choice(('scans', 'visits'))} where id = {self.key()}")

    def neutral_many(self):
        """Some hundred rows. Writers that hold the whole table all the time let nobody have a lock on it: backfill_held_rows_test has such."""
        key = self.key()
        return both(f"update {{s}}.scans set remark = {self.remark()} where id between {key} and {key + 2000} and id % {self.of} = {self.number}")

    # ---- the old application

    def old_scan(self):
        return both(f"insert into {{s}}.scans (id, device, \"startsAt\") values ({self.fresh_key()}, '{self.device()}', {literal(self.text())})")

    def old_scan_by_default(self):
        return both(f"insert into {{s}}.scans (id, \"startsAt\", remark) values ({self.fresh_key()}, {literal(self.text())}, {self.remark()})")

    def old_scans(self):
        rows = ", ".join(f"({self.fresh_key()}, '{self.device()}', {literal(self.text())})" for _ in range(5))
        return both(f"insert into {{s}}.scans (id, device, \"startsAt\") values {rows}")

    def old_device(self):
        return both(f"update {{s}}.scans set device = '{self.device()}' where id = {self.key()}")

    def old_text(self):
        return both(f"update {{s}}.scans set \"startsAt\" = {literal(self.text())} where id = {self.key()}")

    def old_row(self):
        return both(f"update {{s}}.scans set device = '{self.device()}', \"startsAt\" = {literal(self.text())}, remark = {self.remark()} where id = {self.key()}")

    def old_many(self):
        key = self.key()
        return both(f"update {{s}}.scans set \"startsAt\" = {literal(self.text())} where device = '{self.device()}' "
                    f"and id between {key} and {key + 200} and id % {self.of} = {self.number}")

    def old_upsert(self):
        return both(f"insert into {{s}}.scans (id, device, \"startsAt\") values ({self.key()}, '{self.device()}', {literal(self.text())}) "
                    'on conflict (id) do update set device = excluded.device, "startsAt" = excluded."startsAt"')

    def old_key(self):
        return both(f"update {{s}}.{self.random.choice(('scans', 'visits'))} set id = {self.fresh_key()} where id = {self.key()}")

    def old_copy(self):
        rows = "\n".join(copied(self.fresh_key(), self.device(), self.text(), "copied") for _ in range(8))
        return both(f'copy {{s}}.scans (id, device, "startsAt", remark) from stdin;\n{rows}\n\\.')

    def old_visit(self):
        return both(f"insert into {{s}}.visits (id, minutes, paid) values ({self.fresh_key()}, '{self.random.randrange(5, 90)}', '{self.random.choice(PAID)}')")

    def old_visit_changes(self):
        return both(f"update {{s}}.visits set minutes = (minutes::integer + 1)::text, paid = '{self.random.choice(PAID)}' where id = {self.key(1500)}")

    def old_limit(self):
        return both(f"insert into {{s}}.old_limits values ({self.random.randrange(20) * self.of + self.number}, '{self.device()}', {self.random.randrange(50)}) "
                    "on conflict (id) do update set daily = excluded.daily")

    def old_limit_goes(self):
        return both(f"delete from {{s}}.old_limits where id = {self.random.randrange(20) * self.of + self.number}")

    old_delete = neutral_delete

    # ---- the new application: rows whose old side the mapping alone has said, so that it does not matter when it was asked

    def canonical(self, condition):
        return condition + ' and id in (select id from twin.scans where "startsAt" in (\'09:00\', \'14:00\'))'

    def of_canonical(self, new, old, condition):
        return f"update public.scans set {new} where {self.canonical(condition)}", f"update twin.scans set {old} where {self.canonical(condition)}"

    def new_scan(self):
        key, device, half = self.fresh_key(), self.device(), self.half()
        return (f"insert into public.scans (id, \"deviceId\", half, minutes) values ({key}, 'dev_{device.lower()}', '{half}', {MINUTES[device]})",
                f"insert into twin.scans (id, device, \"startsAt\") values ({key}, '{device}', '{CANONICAL[half]}')")

    def new_copy(self):
        rows = [(self.fresh_key(), self.device(), self.half()) for _ in range(8)]
        new = "\n".join(copied(key, f"dev_{device.lower()}", half, MINUTES[device]) for key, device, half in rows)
        old = "\n".join(copied(key, device, CANONICAL[half]) for key, device, half in rows)
        return (f'copy public.scans (id, "deviceId", half, minutes) from stdin;\n{new}\n\\.', f'copy twin.scans (id, device, "startsAt") from stdin;\n{old}\n\\.')

    def new_upsert(self):
        """The second meets the row of the first."""
        key = self.fresh_key()
        return (*self.upsert(key), *self.upsert(key))

    def upsert(self, key):
        device, half = self.device(), self.half()
        return (f"insert into public.scans (id, \"deviceId\", half, minutes) values ({key}, 'dev_{device.lower()}', '{half}', {MINUTES[device]}) "
                'on conflict (id) do update set "deviceId" = excluded."deviceId", half = excluded.half, minutes = excluded.minutes',
                f"insert into twin.scans (id, device, \"startsAt\") values ({key}, '{device}', '{CANONICAL[half]}') "
                'on conflict (id) do update set device = excluded.device, "startsAt" = excluded."startsAt"')

    def new_device(self):
        device = self.device()
        return self.of_canonical(f"\"deviceId\" = 'dev_{device.lower()}', minutes = {MINUTES[device]}", f"device = '{device}'", f"id = {self.key()}")

    def new_half(self):
        half = self.half()
        return self.of_canonical(f"half = '{half}'", f"\"startsAt\" = '{CANONICAL[half]}'", f"id = {self.key()}")

    def new_many(self):
        half, device = self.half(), self.device()
        return self.of_canonical(f"half = '{half}', \"deviceId\" = 'dev_{device.lower()}', minutes = {MINUTES[device]}",
                                 f"\"startsAt\" = '{CANONICAL[half]}', device = '{device}'", f"id >= {self.fresh_key(back=60)} and id % {self.of} = {self.number}")

    def new_key(self):
        key = self.fresh_key()
        return self.of_canonical(f"id = {key}", f"id = {key}", f"id = {self.key()}")

    def new_visit(self):
        key, minutes, paid = self.fresh_key(), self.random.randrange(5, 90), self.random.choice(("yes", "no"))
        return (f'insert into public.visits (id, "minutesNumber", "isPaid") values ({key}, {minutes}, {paid == "yes"})',
                f"insert into twin.visits (id, minutes, paid) values ({key}, '{minutes}', '{paid}')")

    new_delete = neutral_delete
