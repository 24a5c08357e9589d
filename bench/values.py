"""What the value map is worth, and how fast a column is profiled.

python3 bench/values.py [--rows N] [--rounds N]    after script/build

Backfill: the same rows and the same meanings by (A) one UPDATE that joins the value map, (B) one UPDATE that evaluates a SQL
expression in each row: the regular expressions somebody would write for "9:00 AM", "14:30" and "오후 3시". In turn, on fresh copies.
Profile: segue profile over the same table, with texts that repeat and with texts that are all different, by one worker and two.
"""
import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from backfill import PLAN, program, psql  # noqa: E402

TEXTS = '''select case i % 4 when 0 then (7 + i % 5) || ':' || lpad((i / 4 % 60)::text, 2, '0') || ' AM'
    when 1 then (13 + i % 6) || ':' || lpad((i / 4 % 60)::text, 2, '0') when 2 then '오후 ' || 1 + i % 6 || '시' else '오전 ' || 9 + i % 3 || '시 ' || i / 4 % 60 || '분' end
  from generate_series(0, 4999) i'''
BY_MAP = '''update copied t set period = m.meaning from segue.value_map m
  where m.plan = 'hospital-services' and m.value = 'period_of_day' and m.raw = t.text'''
BY_EXPRESSION = r'''update copied set period = case
  when text ~* '^\s*\d{1,2}:\d{2}\s*(am|pm)\s*$' then case when text ~* 'pm' then 'AFTERNOON' else 'MORNING' end
  when text ~ '^\s*오전\s*\d{1,2}\s*시(\s*(\d{1,2}\s*분|반))?\s*$' then 'MORNING'
  when text ~ '^\s*오후\s*\d{1,2}\s*시(\s*(\d{1,2}\s*분|반))?\s*$' then 'AFTERNOON'
  when text ~ '^\s*\d{1,2}:\d{2}\s*$' then case when split_part(trim(text), ':', 1)::int < 12 then 'MORNING' else 'AFTERNOON' end end'''


def prepare(server, rows):
    psql(server, "create database bench")
    url = server.replace("/postgres?", "/bench?")
    program("reservations", "init", "--database", url)
    for number in range(1, 6):
        program("segue", "approve", PLAN, "--checklist", str(number), "--reason", "bench", url=url)
    program("segue", "run", PLAN, "--to", "expand", url=url)
    psql(url, f"create table words as with t as (select distinct t.text from ({TEXTS}) t (text)) select text, row_number() over () - 1 as n from t",
         f'''create table texts as select i as id, w.text, timestamp '2024-01-01' + i * interval '10 seconds' as "createdAt"
             from generate_series(1, {rows}) i join words w on w.n = i % (select count(*) from words)''',
         '''insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", "preferredDate", "updatedAt", service, "preferredTime")
            select n::text, 'p', '0', '1990-01-01', 'FEMALE', 'FIRST_VISIT', '2026-01-01', now(), 'SKIN_CARE', text from words''',
         "vacuum analyze texts")
    program("segue", "run", PLAN, "--to", "migrate", url=url)    # reads the words into the value map
    return url


def update(url, rows, statement):
    psql(url, "set client_min_messages = warning", "drop table if exists copied", "create table copied as select id, text, null::text as period from texts", "alter table copied add primary key (id)",
         "vacuum analyze copied", "checkpoint")
    begin = time.monotonic()
    psql(url, statement)
    taken = time.monotonic() - begin
    missing = psql(url, "select count(*) from copied where period is null")
    return rows / taken, missing


def backfills(url, rows, rounds):
    ratios = []
    for number in range(rounds):
        by_map, missing = update(url, rows, BY_MAP)
        by_expression, unread = update(url, rows, BY_EXPRESSION)
        ratios.append(by_map / by_expression)
        print(f"round {number + 1}: map {by_map:,.0f} rows/s ({missing} unread), expression {by_expression:,.0f} rows/s ({unread} unread), ratio {ratios[-1]:.2f}", flush=True)
    print(f"map / expression: median {statistics.median(ratios):.2f}")


def look_ups(url, rows):
    """The same without writing: what finding the meaning alone costs."""
    def rate(query):
        begin = time.monotonic()
        psql(url, "set max_parallel_workers_per_gather = 0", query)
        return rows / (time.monotonic() - begin)
    by_map = rate("select count(m.meaning) from texts t left join segue.value_map m on m.plan = 'hospital-services' and m.value = 'period_of_day' and m.raw = t.text")
    by_expression = rate(f"select count({BY_EXPRESSION.split('period =', 1)[1]}) from texts")
    print(f"meanings alone: map {by_map:,.0f} rows/s, expression {by_expression:,.0f} rows/s, ratio {by_map / by_expression:.2f}", flush=True)


def profiles(url, rows):
    psql(url, "drop table copied", f'''create table different as select id, 'at ' || md5(id::text) as text, "createdAt" from texts''', "vacuum analyze different")
    for table, what in (("texts", "texts that repeat"), ("different", "texts all different")):
        for workers in (1, 2):
            begin = time.monotonic()
            program("segue", "profile", f"{table}.text", "--date", "createdAt", "--workers", str(workers), "--format", "json", url=url)
            print(f"profile, {what}, {workers} workers: {rows / (time.monotonic() - begin):,.0f} rows/s", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="segue-bench-")
    try:
        server = program("segue", "pg", "start", "--dir", os.path.join(directory, "pg")).split()[-1]
        url = prepare(server, options.rows)
        print(psql(server, "select version()"), f"; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f};", psql(url, "select count(distinct text) from texts"), "different texts")
        backfills(url, options.rows, options.rounds)
        look_ups(url, options.rows)
        profiles(url, options.rows)
    finally:
        program("segue", "pg", "stop", "--dir", os.path.join(directory, "pg"), "--remove")
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
