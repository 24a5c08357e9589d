"""The backfill against one UPDATE of all columns on the same rows, in turn; and what patients notice of it.

python3 bench/backfill.py [--rows N] [--rounds N] [--rate N]    after script/build

A: UPDATE ... FROM services, value map: one statement, one transaction.
B: segue's backfill step, one worker, dual write and journal on. Both on a table of the same rows with the old indexes.
Then: latency of the booking service at a fixed rate, quiet and while the backfill runs.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.path.join(os.environ.get("SEGUE_BUILD", os.path.join(ROOT, "build")), "bin")
PLAN = os.path.join(ROOT, "plans", "hospital-services")
ONE_UPDATE = '''
update copied r set "serviceId" = s.id, "serviceName" = s.name, "estimatedDuration" = s."durationMinutes" + s."bufferMinutes",
  period = coalesce(m.meaning, 'MORNING')::"Period"
from services s, segue.value_map m
where s.code = r.service::text and m.plan = 'hospital-services' and m.value = 'period_of_day' and m.raw = r."preferredTime"'''


def program(*words, url=""):
    return subprocess.run([os.path.join(BIN, words[0]), *words[1:]], env={**os.environ, "SEGUE_DATABASE": url, "SEGUE_STATE": ""}, text=True, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def psql(url, *statements):
    words = [word for statement in statements for word in ("-c", statement)]
    return subprocess.run(["psql", url, "-qAtX", "-v", "ON_ERROR_STOP=1", *words], text=True, check=True, stdout=subprocess.PIPE).stdout.strip()


def prepare(server, name, rows):
    psql(server, f"create database {name}")
    url = server.replace("/postgres?", f"/{name}?")
    program("reservations", "init", "--database", url)
    program("reservations", "load", "--database", url, "--rows", str(rows))
    for number in range(1, 6):
        program("segue", "approve", PLAN, "--checklist", str(number), "--reason", "bench", url=url)
    program("segue", "run", PLAN, "--to", "expand", url=url)
    psql(url, "vacuum analyze reservations")
    return url


def backfill(url, rows):
    psql(url, "checkpoint")
    program("segue", "run", PLAN, "--to", "migrate", "--workers", "1", url=url)
    steps = json.loads(program("segue", "status", PLAN, "--json", url=url))["steps"]
    return rows / next(step for step in steps if step["kind"] == "backfill")["detail"]["seconds"]


def one_update(url, rows):
    """On a copy of the rows as they were before the backfill, with the same indexes; the value map is that of the profile."""
    psql(url, "create table copied (like fresh)", "insert into copied select * from fresh",
         "alter table copied add primary key (id)", 'create index on copied ("preferredDate", service, status)',
         "create index on copied (status)", "vacuum analyze copied", "checkpoint")
    begin = time.monotonic()
    psql(url, ONE_UPDATE)
    return rows / (time.monotonic() - begin)


def speed(server, rows, rounds):
    ratios = []
    for number in range(rounds):
        url = prepare(server, f"round{number}", rows)
        psql(url, "create table fresh as select * from reservations")
        b = backfill(url, rows)
        a = one_update(url, rows)
        ratios.append(b / a)
        print(f"round {number + 1}: one UPDATE {a:,.0f} rows/s, backfill {b:,.0f} rows/s, ratio {b / a:.2f}", flush=True)
        psql(server, f"drop database round{number} with (force)")
    print(f"backfill / one UPDATE: median {statistics.median(ratios):.2f} (of {rounds}; {rows:,} rows)")


def backfill_times(url):
    """Runs the migration; the whole seconds that lay within its backfill step."""
    run = subprocess.Popen([os.path.join(BIN, "segue"), "run", PLAN, "--to", "migrate", "--workers", "1", "--json"], text=True,
                           env={**os.environ, "SEGUE_DATABASE": url, "SEGUE_STATE": ""}, stdout=subprocess.PIPE)
    times = {}
    for line in run.stdout:
        event = json.loads(line)
        if event.get("step", "").startswith("backfill"):
            times.setdefault(event["event"], time.time())
    if run.wait() != 0:
        raise SystemExit("segue run failed")
    return int(times["begin"]) + 1, int(times["end"])


def patients(server, rows, rate, directory):
    url = prepare(server, "patients", rows)
    service = subprocess.Popen([os.path.join(BIN, "reservations"), "serve", "--database", url, "--listen", "127.0.0.1:0"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    target = service.stdout.readline().split("listening on ")[1].strip()
    windows = os.path.join(directory, "windows.json")
    traffic = subprocess.Popen([os.path.join(BIN, "traffic"), "run", "--target", target, "--rate", str(rate), "--seconds", "0", "--windows",
                                windows, "--ledger", os.path.join(directory, "ledger.jsonl")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(5)
    quiet_begin = int(time.time())
    time.sleep(20)
    quiet_end = int(time.time())
    busy_begin, busy_end = backfill_times(url)
    time.sleep(3)
    traffic.terminate()
    traffic.wait()
    service.terminate()
    service.wait()

    def stats(begin, end):
        return json.loads(program("traffic", "stats", "--windows", windows, "--from", str(begin), "--to", str(end), "--json"))
    quiet, busy = stats(quiet_begin, quiet_end), stats(busy_begin, busy_end)
    for name, found in (("quiet", quiet), ("during the backfill", busy)):
        print(f"{name}: {found['sent']} requests, p50 {found['p50_ms']:.1f} ms, p99 {found['p99_ms']:.1f} ms, failed {found['failed']}")
    print(f"p99 during / quiet: {busy['p99_ms'] / quiet['p99_ms']:.2f} (at {rate} requests/s, {rows:,} rows)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=100)
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="segue-bench-")
    try:
        server = program("segue", "pg", "start", "--dir", os.path.join(directory, "pg")).split()[-1]
        print(psql(server, "select version()"), f"; {os.cpu_count()} cores")
        speed(server, options.rows, options.rounds)
        patients(server, options.rows, options.rate, directory)
    finally:
        program("segue", "pg", "stop", "--dir", os.path.join(directory, "pg"), "--remove")
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
