"""What a database looks like after a story: compared with a twin that was left alone, and with what must always hold."""
import collections
import json

# Each gives texts; two runs that ended alike give the same ones. Counts of rows that writers made are left out.
QUERIES = {
    "steps": "select phase || ' / ' || step || ': ' || kind || ' ' || state || case when kind = 'drop' then ' ' || (rows > 0) else '' end from segue.steps",
    "undone": "select phase || ' / ' || step from segue.steps where state <> 'undone'",
    "operations": "select concat_ws(' ', phase, step, position, statement, 'undo', undo, state) from segue.operations",
    "cursors": "select concat_ws(' ', step, range, done, visit) from segue.cursors",
    "archives": "select concat_ws(' ', step, target, \"archiveTable\", definition) from segue.archives",
    "flags": "select concat_ws(' ', key, percent) from segue.flags",
    "approvals": "select concat_ws(' ', phase, item, actor, reason, \"withdrawnAt\" is null) from segue.approvals",
    # Each once: a step is done once, however often it was begun.
    "audit": "select action from segue.audit where action ~ '^(step|approved)'",
    "repairs": "select concat_ws(' ', mapping, direction, reason, key::text) from segue.repairs where \"resolvedAt\" is null",
    # Rows that no writer touches.
    "seeds": """select to_jsonb(s) - 'id' || jsonb_build_object('table', 'scans', 'key', id) from scans s where id between 150 and 400
                union all select to_jsonb(v) || jsonb_build_object('table', 'visits', 'key', id) from visits v where id = 7 or id between 150 and 200""",
}

ALWAYS = {
    "an index is invalid": "select indexrelid::regclass::text from pg_index where not (indisvalid and indisready)",
    "a row is lost or doubled": "select 'scans: ' || count(*) from scans where id <= 400 having count(*) <> 400 union all select 'visits: ' || count(*) from visits where id <= 200 having count(*) <> 200",
}

# By another way than segue's own comparison.
IN_SYNC = {
    "old and new of scans disagree": """select s.id::text from scans s left join devices d on d.id = s."deviceId" where d.code is distinct from s.device::text
        or s.half is distinct from case when s."startsAt" in ('9:00 AM', '00:05', '8am', '11h05', '11:06 AM') or (s."startsAt" ~ '^\\d\\d:\\d\\d$' and s."startsAt" < '12:00') then 'FIRST' else 'SECOND' end""",
    "old and new of visits disagree": 'select id::text from visits where minutes <> \'long\' and minutes is distinct from "minutesNumber"::text',
}


class State:
    def __init__(self, tools, folder, database):
        self.tools, self.folder, self.database = tools, folder, database

    def ask(self, queries):
        """{name: sorted texts} of all queries, in one session."""
        sql = "\n".join(f"select {json.dumps(name).replace(chr(34), chr(39))} || chr(1) || coalesce(x.t::text, '') from ({query}) x (t);" for name, query in queries.items())
        status, text = self.tools.psql("set client_min_messages = error;\n" + sql, self.database, self.folder).end()
        if status != 0:
            raise RuntimeError(f"asking for the state: {text}")
        found = {name: [] for name in queries}
        for line in text.splitlines():
            name, _, value = line.partition(chr(1))
            found[name].append(value)
        return {name: sorted(values) for name, values in found.items()}

    def of_story(self, names):
        found = self.ask({name: QUERIES[name] for name in names if name in QUERIES})
        if "schema" in names:
            # Settings of the journal's own schema are no concern of the application.
            found["schema"] = self.definition("--exclude-schema=segue")
        if "application" in names:
            found["application"] = self.definition("--schema=public")
        return found

    def definition(self, *options):
        """A column that was dropped and came back may stand behind others."""
        return [line.removesuffix(",") for line in self.tools.definition(self.database, *options)]

    def violations(self, in_sync):
        return [f"{what}: {', '.join(rows[:5])}" for what, rows in self.ask({**ALWAYS, **(IN_SYNC if in_sync else {})}).items() if rows]

    def rows(self):
        """{(table, key): {column: text}}"""
        found = self.ask({table: f"select to_jsonb(t) from {table} t" for table in ("scans", "visits")})
        rows = {}
        for table, lines in found.items():
            for row in map(json.loads, lines):
                rows[table, row["id"]] = {column: None if value is None else str(value) for column, value in row.items()}
        return rows


def differences(twin, found):
    for name, expected in twin.items():
        missing = list((collections.Counter(expected) - collections.Counter(found[name])).elements())
        extra = list((collections.Counter(found[name]) - collections.Counter(expected)).elements())
        if missing or extra:
            yield f"{name}: missing {missing[:6]}, left over {extra[:6]}"
