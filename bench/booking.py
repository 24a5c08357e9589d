"""Bookings by the service against pgbench doing the same check and insert in one round trip; and availability by size.

python3 bench/booking.py [--rows N ...] [--rounds N] [--seconds N] [--path old|new]    after script/build; needs wrk and pgbench

In turn, in one run, on the same table: pgbench calls a function that takes the same lock on the date, checks the limit by the same
ledger and inserts, prepared, one transaction each; wrk books over HTTP. Then wrk asks for availability. Every size has its rows
spread over the coming year, so that a sum would grow with it. A booking that is not accepted is an error.
"""
import argparse
import glob
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.path.join(os.environ.get("SEGUE_BUILD", os.path.join(ROOT, "build")), "bin")
PLAN = os.path.join(ROOT, "plans", "hospital-services")
LUA = os.path.join(ROOT, "bench", "booking.lua")
FILL = '''
insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime", status, "updatedAt")
select gen_random_uuid()::text, 'bench', '010-0000-0000', '1990-01-01', 'OTHER', 'FOLLOW_UP',
       (enum_range(null::"ServiceType"))[1 + i % 6], current_date + 2 + (i / 6) % 359, case when i % 5 < 3 then '09:30' else '14:00' end, 'CONFIRMED', now()
from generate_series(1, {rows}) i'''
BOOK = {
    "old": '''
create function bench_book(wanted text, day date, wish text) returns text language plpgsql as $$
declare told text;
begin
  perform pg_advisory_xact_lock(hashtextextended('booking:' || day::text, 0));
  insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime",
                            status, "createdAt", "updatedAt", "statusChangedAt")
  select gen_random_uuid()::text, 'bench', '010-0000-0001', '1990-01-01', 'OTHER', 'FOLLOW_UP', l."serviceType", day, wish, 'PENDING', now.utc, now.utc, now.utc
  from service_reservation_limits l, (select clock_timestamp() at time zone 'UTC' as utc) now
  where l."serviceType"::text = wanted and l."isActive" and l."dailyLimit" >
    case when exists (select from booked_per_day where "preferredDate" = '-infinity' and change = 0)
    then (select coalesce(sum(change), 0) from booked_per_day b where b."preferredDate" = day and b.service = l."serviceType")
    else (select count(*) from reservations r where r."preferredDate" = day and r.service = l."serviceType" and r.status in ('PENDING', 'CONFIRMED')) end
  returning id into strict told;
  return told;
end $$''',
    "new": '''
create function bench_book(wanted text, day date, wish text) returns text language plpgsql as $$
declare told text;
begin
  perform pg_advisory_xact_lock(hashtextextended('booking:' || day::text, 0));
  insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", "preferredDate", period, "serviceId", "serviceName",
                            "estimatedDuration", status, "createdAt", "updatedAt", "statusChangedAt")
  select gen_random_uuid()::text, 'bench', '010-0000-0001', '1990-01-01', 'OTHER', 'FOLLOW_UP', day, c.period, s.id, s.name,
         s."durationMinutes" + s."bufferMinutes", 'PENDING', now.utc, now.utc, now.utc
  from services s, clinic_time_slots c, (select clock_timestamp() at time zone 'UTC' as utc) now
  where s.code = wanted and s."isActive" and s."deletedAt" is null and c."dayOfWeek" = extract(dow from day)::integer and c."isActive"
    and c.period = case wish when '09:30' then 'MORNING' else 'AFTERNOON' end::"Period"
    and s."durationMinutes" + s."bufferMinutes" <= c."totalMinutes" -
      case when exists (select from booked_per_period where "preferredDate" = '-infinity' and change = 0)
      then (select coalesce(sum(change), 0) from booked_per_period b where b."preferredDate" = day and b.period = c.period)
      else (select coalesce(sum("estimatedDuration"), 0) from reservations r
            where r."preferredDate" = day and r.period = c.period and r.status in ('PENDING', 'CONFIRMED')) end
  returning id into strict told;
  return told;
end $$'''}
PGBENCH = r'''
\set service random(1, 6)
\set day random(2, 360)
\set wish random(1, 2)
select bench_book((enum_range(null::bench_service))[:service]::text, current_date + :day::integer, (array['09:30', '14:00'])[:wish]);
'''
ROOM = {"old": 'update service_reservation_limits set "dailyLimit" = 1000000000',
        "new": '''update clinic_time_slots set "totalMinutes" = 2000000000;
                  insert into clinic_time_slots (id, "dayOfWeek", period, "startTime", "endTime", "totalMinutes")
                  select 'bench' || d || p, d, p, '09:00', '18:00', 2000000000 from generate_series(0, 6) d, unnest(enum_range(null::"Period")) p
                  on conflict do nothing'''}


def program(*words, url=""):
    return subprocess.run([os.path.join(BIN, words[0]), *words[1:]], env={**os.environ, "SEGUE_DATABASE": url}, text=True, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def psql(url, *statements):
    words = [word for statement in statements for word in ("-c", statement)]
    return subprocess.run(["psql", url, "-qAtX", "-v", "ON_ERROR_STOP=1", *words], text=True, check=True, stdout=subprocess.PIPE).stdout.strip()


def postgres(name, *words):
    """One of PostgreSQL's own programs; they refuse to run as root."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))[-1]
    other = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*other, found, *words], check=True, stdout=subprocess.DEVNULL, cwd="/tmp")


def start(data, connections):
    """Durable, on a private socket; the server that segue starts takes fewer connections."""
    home = os.path.dirname(data)
    if os.getuid() == 0:
        shutil.chown(home, "postgres")
    postgres("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--locale=C.UTF-8", "--no-instructions")
    with open(os.path.join(data, "postgresql.conf"), "a") as file:
        file.write(f"listen_addresses = ''\nunix_socket_directories = '{home}'\nmax_connections = {connections}\n"
                   "shared_buffers = 1GB\nmax_wal_size = 8GB\n")
    postgres("pg_ctl", "-D", data, "-w", "-l", os.path.join(data, "log"), "start")
    return f"postgresql://postgres@/postgres?host={home}"


def prepare(server, rows, path):
    psql(server, f"create database rows{rows}")
    url = server.replace("/postgres?", f"/rows{rows}?")
    program("reservations", "init", "--database", url)
    psql(url, FILL.format(rows=rows))
    if path == "new":
        for number in range(1, 6):
            program("segue", "approve", PLAN, "--checklist", str(number), "--reason", "bench", url=url)
        program("segue", "run", PLAN, "--to", "migrate", url=url)
        psql(url, """insert into segue.flags (key, plan, flag, percent, "changedBy")
                     values ('segue.hospital-services.dynamic-services', 'hospital-services', 'dynamic-services', 100, 'bench')""")
    psql(url, ROOM[path], """create type bench_service as enum ('WRINKLE_BOTOX', 'VOLUME_LIFTING', 'SKIN_CARE', 'REMOVAL_PROCEDURE', 'BODY_CARE',
         'OTHER_CONSULTATION')""", BOOK[path])
    psql(url, "vacuum analyze")
    psql(url, "checkpoint")
    return url


def pgbench(url, seconds, script, connections):
    done = subprocess.run(["pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j", "2", "-T", str(seconds), "-f", script, url],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0 or "number of failed transactions: 0" not in done.stdout:
        raise SystemExit(done.stdout + done.stderr[:2000])
    return float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))


def wrk(target, seconds, what, connections):
    """Requests a second and the 99th percentile in ms; any answer but 200 ends the bench."""
    done = subprocess.run(["wrk", "-t", "2", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s", "--latency", "-s", LUA, target, "--", what],
                          text=True, check=True, stdout=subprocess.PIPE)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(done.stdout)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)), float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def processor_seconds(service, data):
    """Of everybody who takes part: the server's processes, the service, and the programs that ask (children that have ended)."""
    ticks = 0
    with open(os.path.join(data, "postmaster.pid")) as file:
        server = int(file.readline())
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                words = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        own = int(words[11]) + int(words[12])
        if int(pid) == server:
            ticks += own + int(words[13]) + int(words[14])
        elif int(words[1]) == server or int(pid) == service.pid:
            ticks += own
    asking = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ticks / os.sysconf("SC_CLK_TCK") + asking.ru_utime + asking.ru_stime


def resident(process):
    with open(f"/proc/{process.pid}/status") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) / 1024


def measure(url, rows, options, data, script):
    service = subprocess.Popen([os.path.join(BIN, "reservations"), "serve", "--database", url, "--listen", "127.0.0.1:0"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    target = service.stdout.readline().split("listening on ")[1].strip()

    def one(program):
        """Bookings a second, and the processor time of all who took part for one of them, in microseconds."""
        before, rows_before = processor_seconds(service, data), int(psql(url, "select count(*) from reservations"))
        rate = program()
        made = int(psql(url, "select count(*) from reservations")) - rows_before
        return rate, (processor_seconds(service, data) - before) / made * 1e6
    try:
        pgbench(url, 3, script, options.connections)
        wrk(target, 3, "book", options.connections)
        rates, costs = [], []
        for number in range(options.rounds):
            direct, direct_cost = one(lambda: pgbench(url, options.seconds, script, options.connections))
            (booked, p99), cost = one(lambda: wrk(target, options.seconds, "book", options.connections))
            rates.append(booked / direct)
            costs.append(direct_cost / cost)
            print(f"{rows:,} rows, round {number + 1}: pgbench {direct:,.0f}/s, {direct_cost:,.0f} us of processor each; service {booked:,.0f}/s "
                  f"(p99 {p99:.0f} ms), {cost:,.0f} us; ratios {rates[-1]:.2f} and {costs[-1]:.2f}; load {os.getloadavg()[0]:.0f}", flush=True)
        psql(url, "vacuum " + ("booked_per_day" if options.path == "old" else "booked_per_period"))
        before = processor_seconds(service, data)
        asked, p99 = wrk(target, options.seconds, "ask", 64)
        asking = (processor_seconds(service, data) - before) / (asked * options.seconds) * 1e6
        print(f"{rows:,} rows: median ratios {statistics.median(rates):.2f} in rate, {statistics.median(costs):.2f} in processor time; availability "
              f"{asked:,.0f}/s (p99 {p99:.1f} ms, 64 connections), {asking:.0f} us each; memory of the service at most {resident(service):.0f} MB",
              flush=True)
        return asking
    finally:
        service.terminate()
        service.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000, 5_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--path", choices=["old", "new"], default="old")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="segue-bench-", dir="/tmp")
    data = os.path.join(directory, "pg")
    try:
        server = start(data, options.connections + 40)
        print(psql(server, "select version()"), f"; fsync {psql(server, 'show fsync')}; {os.cpu_count()} cores; {options.path} path")
        script = os.path.join(directory, "book.sql")
        with open(script, "w") as file:
            file.write(PGBENCH)
        asking = []
        for rows in options.rows:
            asking.append(measure(prepare(server, rows, options.path), rows, options, data, script))
            psql(server, f"drop database rows{rows} with (force)")
        print(f"availability, processor time at the largest / at the smallest size: {asking[-1] / asking[0]:.2f}")
    finally:
        postgres("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
