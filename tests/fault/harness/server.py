"""The server that all cases share, with a template for each segment's beginning."""
import contextlib
import itertools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from run import postgres_programs
from tools import Tools

PATIENCE = 60


@contextlib.contextmanager
def private_server(build):
    """A server for the programs of this build folder; gone afterwards, also when the test is terminated."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    segue = pathlib.Path(build).resolve() / "bin" / "segue"
    if not os.access(segue, os.X_OK):
        sys.exit(f"there is no program {segue}: build it first")
    server = Server(segue, postgres_programs())
    try:
        yield server
    finally:
        server.remove()


def told(name, findings):
    """Says what was found; whether anything was."""
    print(f"{'FAILED' if findings else 'passed'}  {name}", flush=True)
    for finding in findings[:30]:
        print("    " + finding)
    return bool(findings)


class Server:
    def __init__(self, segue, programs):
        self.home = tempfile.mkdtemp(prefix="segue-faults-", dir="/tmp")
        os.chmod(self.home, 0o755)  # a server that is started by root runs as another user
        self.segue, self.directory = segue, self.home + "/pg"
        os.environ["SEGUE_STATE"] = self.home + "/state"
        self.tools = Tools(segue, programs, self.start())
        self.numbers, self.copying = itertools.count(1), threading.Lock()
        # Processes crash here, machines do not.
        self.sql("alter system set fsync = off")
        self.sql("select pg_reload_conf()")

    def start(self):
        """Its URL."""
        started = subprocess.run([self.segue, "pg", "start", "--dir", self.directory], capture_output=True, text=True, timeout=120)
        if started.returncode != 0:
            self.remove()
            raise SystemExit(f"faults: the server did not start: {started.stdout}{started.stderr}")
        return started.stdout.strip()

    def sql(self, text):
        status, said = self.tools.psql(text, "postgres", pathlib.Path(self.home)).end()
        if status != 0:
            raise RuntimeError(f"{text}: {said}")
        return said.strip()

    def copy(self, template):
        name = f"case_{next(self.numbers)}"
        with self.copying:  # nobody else may be in the template meanwhile
            self.sql(f'create database "{name}"' + (f' template "{template}"' if template else ""))
        self.belongs_to_itself(name)
        # A copied sequence believes that its next values are in the log already; after a crash it would give them out again.
        self.sql("checkpoint")
        return name

    def belongs_to_itself(self, database):
        """A copy is a clone to segue, and its journal another's; here it stands for the database it was copied from."""
        itself = ('do $$ begin if to_regclass(\'segue.meta\') is not null then update segue.meta set "journalId" = gen_random_uuid(), "databaseOid" = '
                  '(select oid from pg_database where datname = current_database()); end if; end $$')
        status, said = self.tools.psql(itself, database, pathlib.Path(self.home)).end()
        if status != 0:
            raise RuntimeError(said)

    def drop(self, database):
        self.sql(f'drop database if exists "{database}" with (force)')

    def crash(self):
        """Kills one server process; the others are ended by the postmaster, which recovers from the log and goes on."""
        os.kill(int(self.sql("select pid from pg_stat_activity where backend_type = 'checkpointer'")), signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        time.sleep(0.1)
        while time.monotonic() < deadline:
            status, text = self.tools.psql("select not pg_is_in_recovery()", "postgres", pathlib.Path(self.home)).end()
            if status == 0 and re.search("^t$", text, re.MULTILINE):
                return
            time.sleep(0.02)
        raise RuntimeError("the server did not come back")

    def restart_immediately(self):
        """What pg_ctl stop -m immediate does: every process ends at once, and the next start recovers from the log."""
        pid = int(self.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))
        os.kill(pid, signal.SIGQUIT)
        while os.path.exists(f"/proc/{pid}"):
            time.sleep(0.02)
        self.start()

    def remove(self):
        subprocess.run([self.segue, "pg", "stop", "--dir", self.directory, "--remove"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        shutil.rmtree(self.home, ignore_errors=True)
