"""Table against twin, in one snapshot, by another way than segue's own comparison: EXCEPT both ways."""
from .state import differences

OLD = {"scans": 'id, device::text, "startsAt", remark', "visits": "id, minutes, paid, remark", "old_limits": "id, device::text, daily"}
NEUTRAL = {"scans": "id, remark", "visits": "id, remark"}

# The new side, and what the mapping computes, from the twin.
IS_FIRST = """case when "startsAt" ~ '^\\d\\d[h:]\\d\\d$' then left("startsAt", 2)::integer < 12 else "startsAt" not in ('오후 3시') end"""
NEW = {"scans": ('id, "deviceId", half', f"""id, 'dev_' || lower(device::text), case when {IS_FIRST} then 'FIRST' else 'SECOND' end"""),
       "visits": ('id, "minutesNumber", "isPaid"', "id, minutes::integer, paid in ('yes', 'Y', '네')")}

# A snapshot is one of what the device ever said.
SNAPSHOT = """select 'scans: a snapshot is of no time: ' || s.id from scans s join devices d on d.id = s."deviceId" where s.minutes is null or s.minutes / 2 <> d.minutes / 2"""


def two_ways(table, columns, of_twin, what):
    """Up to five keys of each."""
    mine, other = f"select {columns} from public.{table}", f"select {of_twin} from twin.{table}"
    for one, two, word in ((mine, other, "not in the twin"), (other, mine, "only in the twin")):
        yield f"select '{table}: {what}, {word}: ' || x.id from (({one}) except all ({two})) x limit 5"


class Checks:
    def __init__(self, story):
        self.story, self.beginning, self.made = story, None, 0

    def ask(self, queries):
        """The findings, of one snapshot."""
        sql = "begin isolation level repeatable read;\n" + "".join(query + ";\n" for query in queries) + "commit;\n"
        status, text = self.story.tools.psql(sql, self.story.database, self.story.folder).end()
        self.made += 1
        return text.splitlines() if status == 0 else [f"the comparison failed: {text.strip()}"]

    def old(self):
        return self.ask(query for table, columns in OLD.items() for query in two_ways(table, columns, columns, "old columns"))

    def neutral(self):
        return self.ask(query for table, columns in NEUTRAL.items() for query in two_ways(table, columns, columns, "other columns"))

    def new(self):
        """Nobody may be writing: a text that nobody has read yet means something provisional."""
        return self.ask([*(query for table, (mine, other) in NEW.items() for query in two_ways(table, mine, other, "new columns")), SNAPSHOT])

    def proven(self):
        """What segue says itself."""
        for command in ("verify PLAN", "audit verify PLAN"):
            status, text = self.story.again(command)
            if status != 0:
                yield f"segue {command}: exit status {status}: {text.strip()[-600:]}"

    # ---- nothing is left behind

    def definitions(self):
        """Without the journal, and without archives, which are kept until somebody removes them."""
        return {"schema": self.story.state.definition("--no-comments", "--exclude-schema=segue", "--exclude-schema=segue_archive")}

    def remember_beginning(self):
        self.beginning = self.definitions()

    def leftovers(self):
        yield from differences(self.beginning, self.definitions())
        yield from (f"a step is not undone: {step}" for step in self.story.state.ask({"undone": "select phase || ' / ' || step from segue.steps where state <> 'undone'"})["undone"])

    # ---- each of them has to be seen to fail

    def self_test(self):
        """Failures: harm behind the triggers that was not found. Dual write stands, nobody writes; each harm is taken back."""
        untriggered = "set session_replication_role = replica; "
        harms = (("a row's old side", self.old, """update scans set "startsAt" = '9:00' where id = 900001""", """update scans set "startsAt" = '09:00' where id = 900001"""),
                 ("a row's new side", self.new, "update scans set half = 'SECOND' where id = 900001", "update scans set half = 'FIRST' where id = 900001"),
                 ("an old write without its trigger", self.new, "update scans set device = 'MRI' where id = 900001; update twin.scans set device = 'MRI' where id = 900001",
                  "update scans set device = 'CT' where id = 900001; update twin.scans set device = 'CT' where id = 900001"),
                 ("a row lost", self.neutral, "create table kept as select * from scans where id = 900002; delete from scans where id = 900002",
                  "insert into scans select * from kept; drop table kept"),
                 ("a difference that segue has to see", lambda: list(self.proven()), 'update visits set "minutesNumber" = "minutesNumber" + 1 where id = (select min(id) from visits)',
                  'update visits set "minutesNumber" = "minutesNumber" - 1 where id = (select min(id) from visits)'))
        for what, check, harm, mend in harms:
            self.sound(untriggered + harm)
            if not check():
                yield f"self-test: not found: {what}"
            self.sound(untriggered + mend)
            if found := check():
                yield f"self-test: {what}: taken back, and yet: {found}"

    def sound(self, sql):
        status, text = self.story.tools.psql(sql, self.story.database, self.story.folder).end()
        if status != 0:
            raise RuntimeError(f"{sql}: {text}")
