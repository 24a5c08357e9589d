"""Who waits for whom, looked at again and again: a session that samples pg_locks beside the application and segue."""
import subprocess
import threading

# Locks that stop readers or writers: whoever stands in the queue for one stops those behind.
STRONG = ("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock")
# A session that waits for one row with nothing else in hand stops nobody: who stands behind it waits for the row's holder.
WAITS_FOR_ONE_ROW = "select 1 from "
SAMPLE = """select a.application_name, w.pid, w.locktype, w.mode, coalesce(w.relation::regclass::text, '-'), extract(epoch from clock_timestamp() - w.waitstart) * 1000,
  extract(epoch from w.waitstart), coalesce((select string_agg(distinct b.application_name, ' ') from unnest(pg_blocking_pids(w.pid)) p join pg_stat_activity b on b.pid = p
    where not (w.locktype = 'tuple' and b.query like '""" + WAITS_FOR_ONE_ROW + """%for no key update' and b.wait_event_type = 'Lock')), '-'),
  left(translate(a.query, E'\\n|', '  '), 90)
  from pg_locks w join pg_stat_activity a using (pid) where not w.granted and w.waitstart is not null and a.datname = current_database();"""


class Sampler(threading.Thread):
    """Longest waits, in milliseconds by the server's clock."""

    def __init__(self, tools, database):
        super().__init__(daemon=True)
        words = [str(tools.programs / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=|", "--dbname=" + tools.url(database)]
        self.psql = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)
        self.ended = threading.Event()
        self.samples, self.of_application, self.of_segue, self.elsewhere = 0, {}, {}, {}

    def run(self):
        while not self.ended.wait(0.005):
            self.psql.stdin.write(SAMPLE + "\n\\echo sampled\n")
            self.psql.stdin.flush()
            for line in self.psql.stdout:
                if line.startswith("sampled"):
                    break
                self.note(*line.rstrip("\n").split("|"))
            else:
                return  # the session is lost
            self.samples += 1
        self.psql.kill()
        self.psql.wait()

    def note(self, name, pid, kind, mode, relation, milliseconds, since, blockers, statement):
        milliseconds, wait = float(milliseconds), (pid, since)
        if name.startswith("segue/"):
            if mode in STRONG and kind in ("relation", "tuple", "transactionid") and not (kind != "relation" and statement.startswith(WAITS_FOR_ONE_ROW)):
                what = f"{name} waited for {mode} on {kind} {relation}: {statement}"
                self.of_segue[wait] = max(self.of_segue.get(wait, (0, "")), (milliseconds, what))
        elif name == "application":
            if "segue/" not in blockers:
                self.elsewhere[wait] = milliseconds  # it may come to wait for segue later
            else:
                what = f"{mode} on {kind} {relation}, blocked by {blockers}: {statement}"
                self.of_application[wait] = (milliseconds - self.elsewhere.get(wait, 0), what)

    def end(self):
        self.ended.set()
        self.join(30)

    @staticmethod
    def longest(waits):
        return max(waits.values(), default=(0, "nobody waited"))
