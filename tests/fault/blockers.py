#!/usr/bin/env python3
"""Sessions that hold a table: segue waits within its budget, names them, leaves nothing half done, and goes on when they are gone.

usage: blockers.py SOURCE_DIR BUILD_DIR [NAME...]      exit 1 if anything was found

Each holds a table that a step has to change: a forgotten psql, a nightly report, another migration tool, a prepared transaction, a
pg_dump, an autovacuum against wraparound; or keeps an index from being built. An ordinary autovacuum is no reason to give up: it gives way.
"""
import pathlib
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # nothing is left in the source folder
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))
from harness.case import Story  # noqa: E402
from harness.psql import Psql  # noqa: E402
from harness.server import private_server, told  # noqa: E402

PATIENCE = 60
AUTOVACUUM = """select count(*) from pg_stat_activity where backend_type = 'autovacuum worker' and datname = current_database() and query like 'autovacuum: %public.t%'"""
# Three minutes for the pages of the table, if nobody ends it.
SLOW_VACUUM = "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"
# Each subtransaction that writes takes a number.
OLDER = """create temporary table aging (i integer); do $$ begin for i in 1..120000 loop begin insert into aging values (i); exception when others then raise; end; end loop; end $$"""


class Blocked:
    """A database with a table that somebody holds; how it is held, what segue is to say of it, and how it is freed."""
    held_by = ""
    gives_way = False

    def __init__(self, server, source):
        self.server, self.found = server, []
        self.story = Story(server.tools, source / "tests" / "fault" / "blockers", None, server.copy(None))
        self.sql("@schema.sql")

    def sql(self, text, database=None):
        status, said = self.server.tools.psql(text, database or self.story.database, self.story.folder).end()
        if status != 0:
            raise RuntimeError(f"{text}: {said.strip()}")
        return said.strip()

    def wait_until(self, query):
        deadline = time.monotonic() + PATIENCE
        while self.sql(query) not in ("t", "1"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"never true: {query}")
            time.sleep(0.05)

    def session(self, *statements):
        session = Psql(self.server.tools, self.story.database)
        for statement in (None, *statements):
            answer = session.ask(statement) if statement else "ok" if session.connect() else "lost"
            if answer != "ok":
                raise RuntimeError(f"{statement}: {answer}")
        return session

    def prepare(self):
        pass

    def hold(self):
        raise NotImplementedError

    def free(self):
        self.holder.leave()

    def expect(self, what, is_so, said):
        if not is_so:
            self.found.append(f"{what}: {said.strip()[-600:]}")

    def run(self):
        self.prepare()
        before = self.server.tools.definition(self.story.database, "--schema=public")
        self.hold()
        status, said = self.story.segue("run PLAN --to expand").end()
        if self.gives_way:
            self.expect(f"exit status {status}, expected 0", status == 0, said)
        else:
            self.expect(f"exit status {status}, expected 3", status == 3, said)
            self.expect("the holder is not named", re.search(r"error: .*; held by " + self.held_by, said), said)
            self.expect("no advice", "HINT: " in said, said)
            self.free()
            self.expect("something was left behind", before == self.server.tools.definition(self.story.database, "--schema=public"), said)
            self.expect("run again", *reversed(self.finished()))
        self.expect("the column is not there", self.sql("select count(*) from information_schema.columns where column_name = 'bookedBy'") == "1", said)
        return self.found

    def finished(self, how=""):
        status, said = self.story.again("run PLAN " + how)
        return said, status == 0


class ForgottenPsql(Blocked):
    held_by = r"server process \d+ \(application, idle in transaction, SELECT for [\d.]+ s\)"

    def hold(self):
        self.holder = self.session("begin", "select count(*) from t")


class NightlyReport(Blocked):
    held_by = r"server process \d+ \(monthly figures, active, SELECT for [\d.]+ s\)"

    def hold(self):
        self.holder = self.server.tools.psql("set application_name = 'monthly figures'; select pg_sleep(600) from t", self.story.database, self.story.folder)
        self.wait_until("select count(*) = 1 from pg_stat_activity where application_name = 'monthly figures' and wait_event = 'PgSleep' and datname = current_database()")

    def free(self):
        self.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'monthly figures' and datname = current_database()")
        self.holder.end()


class OtherTool(Blocked):
    held_by = r"server process \d+ \(migrator, idle in transaction, ALTER for [\d.]+ s\)"

    def hold(self):
        self.holder = self.session("set application_name = 'migrator'", "begin", "alter table t add column other integer")


class OtherToolAndImpatience(OtherTool):
    """Whoever runs segue does not wait for the end of the wait."""

    def run(self):
        self.hold()
        session = self.story.segue("run PLAN")
        self.wait_until("select count(*) = 1 from pg_stat_activity where application_name like 'segue/run/%' and wait_event_type = 'Lock' and datname = current_database()")
        session.terminate()
        status, said = session.end()
        self.expect(f"exit status {status}, expected 130", status == 130, said)
        self.expect("its session is still there", self.sql("select count(*) from pg_stat_activity where application_name like 'segue/run/%' and datname = current_database()") == "0", said)
        self.free()
        self.expect("run again", *reversed(self.finished()))
        return self.found


class PgDump(Blocked):
    """It has this table, and waits for another that is in other hands."""
    held_by = r"server process \d+ \(pg_dump, active, LOCK for [\d.]+ s\)"

    def hold(self):
        self.holder = self.session("begin", "lock table zz_later in access exclusive mode")
        words = [str(self.server.tools.programs / "pg_dump"), "--dbname=" + self.server.tools.url(self.story.database)]
        self.dump = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_until("select count(*) = 1 from pg_stat_activity where application_name = 'pg_dump' and wait_event_type = 'Lock' and datname = current_database()")

    def free(self):
        self.holder.leave()
        self.expect("pg_dump failed", self.dump.wait(PATIENCE) == 0, "")


class OldSnapshot(Blocked):
    """It reads another table; an index that is built CONCURRENTLY waits for it all the same."""
    held_by = r"server process \d+ \(application, idle in transaction, SELECT for [\d.]+ s\)"

    def index(self):
        return self.sql("select coalesce(string_agg(indisvalid::text, ' '), 'none') from pg_index where indexrelid = to_regclass('public.\"t_bookedBy_idx\"')")

    def run(self):
        self.expect("expand", *reversed(self.finished("--to expand")))
        self.holder = self.session("begin isolation level repeatable read", "select count(*) from zz_later")
        status, said = self.story.segue("run PLAN").end()
        self.expect(f"exit status {status}, expected 3", status == 3, said)
        self.expect("the wait is not told", re.search(r"waits for " + self.held_by, said), said)
        self.expect("the holder is not named", re.search(r"error: .*; held by " + self.held_by, said), said)
        self.expect("the index is not what a cut-off build leaves", self.index() == "false", said)
        self.free()
        self.expect("run again", *reversed(self.finished()))
        self.expect("the index is not valid", self.index() == "true", said)
        return self.found


class PreparedTransaction(Blocked):
    held_by = r'a prepared transaction of role "postgres" in database'

    def hold(self):
        self.session("begin", "update t set \"patientName\" = 'changed' where id = 1", "prepare transaction 'later'").leave()

    def free(self):
        self.sql("rollback prepared 'later'")


class Autovacuum(Blocked):
    """Its kind that gives way to whoever has waited long enough."""
    gives_way = True

    def prepare(self):
        self.sql(f"alter table t set (autovacuum_enabled = true, autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0, {SLOW_VACUUM})")

    def hold(self):
        self.sql("update t set \"patientName\" = \"patientName\" || '.'")
        self.wait_until(AUTOVACUUM)


class WraparoundVacuum(Blocked):
    """Its kind that does not."""
    held_by = r"server process \d+ \(autovacuum worker, .*, VACUUM to prevent wraparound, which gives way to nobody, for [\d.]+ s\)"

    def prepare(self):
        self.sql(f"alter table t set (autovacuum_freeze_max_age = 100000, {SLOW_VACUUM})")

    def hold(self):
        self.sql(OLDER)
        self.wait_until(AUTOVACUUM + " and query like '%wraparound%'")

    def free(self):
        self.sql("alter system set autovacuum = off", "postgres")
        self.sql("select pg_reload_conf()")
        self.sql("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'autovacuum worker'")


KINDS = (ForgottenPsql, NightlyReport, OtherTool, OtherToolAndImpatience, PgDump, OldSnapshot, PreparedTransaction, Autovacuum, WraparoundVacuum)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1]).resolve()
    failed = False
    with private_server(sys.argv[2]) as server:
        server.sql("alter system set autovacuum_naptime = '1s'")
        server.sql("alter system set max_prepared_transactions = 5")
        server.restart_immediately()
        for kind in KINDS:
            if sys.argv[3:] and kind.__name__ not in sys.argv[3:]:
                continue
            try:
                found = kind(server, source).run()
            except RuntimeError as error:
                found = [str(error)]
            failed = told(kind.__name__, found) or failed
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
