#!/usr/bin/env python3
"""segue read as a user meets it: a stream of any bytes in bounded memory, its two outputs, its refusals.

usage: read_command.py SOURCE_DIR BUILD_DIR      exit 1 if something is not as it should be
"""
import json
import pathlib
import resource
import subprocess
import sys

ROOT, SEGUE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) / "bin/segue"
CLINIC = ["time-of-day", "--hours", "09:00-18:00", "--before", "12:00=MORNING", "--otherwise", "AFTERNOON"]
failures = []


def read(words, text):
    return subprocess.run([SEGUE, "read", *words], input=text, capture_output=True)


def expect(what, found, wanted):
    if found != wanted:
        failures.append(f"{what}: expected {wanted!r}, found {found!r}")


def lines():
    done = read(CLINIC, "2:00\n오전\n10:00-14:00\n\n\t9\t\"x\"\\\n".encode() + b"\xff\x1b\n" + b"09:00")
    expect("lines", done.stdout.decode(), (
        '"2:00"\t14:00\t-\tAFTERNOON\tby hours\tclock by opening hours\n'
        '"오전"\t00:00-12:00\tmorning\tMORNING\tcertain\tpart of day\n'
        '"10:00-14:00"\t10:00-14:00\t-\tREVIEW\tunreadable\trange across a boundary of the meanings\n'
        '""\t-\t-\tREVIEW\tunreadable\tempty\n'
        '"\\t9\\t\\"x\\"\\\\"\t-\t-\tREVIEW\tunreadable\tnot a time of day\n'
        '"\\xFF\\x1B"\t-\t-\tREVIEW\tunreadable\tnot UTF-8\n'
        '"09:00"\t09:00\t-\tMORNING\tcertain\t24-hour clock\n'))
    expect("without meanings", read(["time-of-day"], b"09:00\n").stdout, b'"09:00"\t09:00\t-\t-\tcertain\t24-hour clock\n')
    expect("nothing", read(["integer"], b"").stdout, b"")
    expect("a label", read(["enum", "--label", "FEMALE=f,woman"], b"Woman").stdout, b'"Woman"\t-\t-\tFEMALE\tcertain\tlabel\n')
    expect("order", read(["date", "--order", "month-first"], b"01/02/2024").stdout.split(b"\t")[3], b"2024-01-02")


def objects():
    done = [json.loads(line) for line in read([*CLINIC, "--json"], "9-11\n".encode() + b"\xc3\n").stdout.splitlines()]
    expect("object", done[0], {"raw": "9-11", "time": "09:00", "interval": "09:00-11:00", "part": None, "meaning": "MORNING",
                               "certainty": "certain", "rule": "range"})
    expect("broken object", done[1], {"raw": "\ufffd", "time": None, "interval": None, "part": None, "meaning": None,
                                      "certainty": "unreadable", "rule": "not UTF-8"})


def from_plan():
    plan = ["--plan", str(ROOT / "plans/hospital-services"), "--value", "period_of_day"]
    found = [line.split("\t")[3:5] for line in read(plan, "점심\n15시\nx\n".encode()).stdout.decode().splitlines()]
    expect("plan", found, [["AFTERNOON", "decided"], ["AFTERNOON", "certain"], ["REVIEW", "unreadable"]])


def stream():
    """An answer comes before the next question; a line of 100 MB costs no memory."""
    process = subprocess.Popen([SEGUE, "read", "integer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    for number in (b"7", b"42"):
        process.stdin.write(number + b"\n")
        expect("answer at once", process.stdout.readline().split(b"\t")[3], number)
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
    process.stdin.close()
    expect("end", process.wait(), 0)
    process = subprocess.Popen([SEGUE, "read", "integer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=limit)
    long, _ = process.communicate(b"9" * (500 << 20) + b"\n8\n")
    expect("after a long line", [process.returncode, long.split(b"\n")[1].split(b"\t")[3]], [0, b"8"])
    expect("the long line is cut", len(long) < 2000, True)


def refusals():
    for words, message in [
            ([], "expected a reader"), (["time"], 'unknown reader "time"'), (["integer", "x"], 'unexpected word "x"'),
            (["integer", "--hours", "09:00-18:00"], 'reader "integer" takes no --hours'),
            (["time-of-day", "--hours", "9-18"], '"--hours": expected opening hours'),
            (["time-of-day", "--lang", "xx"], 'unknown language "xx"'),
            (["time-of-day", "--before", "12:00=A"], "--before and --otherwise go together"),
            (["time-of-day", "--before", "noon=A", "--otherwise", "B"], '"--before": expected a time'),
            (["time-of-day", "--before", "12:00=A", "--before", "11:00=C", "--otherwise", "B"], "ascending times"),
            (["enum"], 'reader "enum" wants labels'), (["enum", "--label", "A=x", "--label", "B=X"], "stands for"),
            (["phone", "--country", "XX"], 'unknown country "XX"'), (["integer", "--least", "x"], "a whole number"),
            (["date", "--order", "x"], "day-first or month-first"), (["--value", "x"], "--plan and --value go together"),
            (["--plan", "p", "--value", "x", "--lang", "ko"], "contradicts --plan")]:
        done = read(words, b"1\n")
        expect(f"status of {words}", done.returncode, 2)
        expect(f"output of {words}", done.stdout, b"")
        if message not in done.stderr.decode():
            failures.append(f"{words}: expected {message!r} in {done.stderr.decode()!r}")


def main():
    for part in (lines, objects, from_plan, stream, refusals):
        part()
    for failure in failures:
        print(failure)
    print(f"segue read: {len(failures)} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
