#!/usr/bin/env python3
"""What the time-of-day reader makes of tests/values/*.tsv, against what a person makes of it; docs/values.md shows the counts.

usage: values.py SOURCE_DIR BUILD_DIR            exit 1 if a text is read wrong, less than 95 % are read, or the page is old
       values.py SOURCE_DIR BUILD_DIR --write    writes the table into docs/values.md
       values.py SOURCE_DIR BUILD_DIR --list     also prints the readable texts that are not read

Wrong: another meaning or time than the person's, or any meaning where the person says REVIEW.
"""
import json
import pathlib
import re
import subprocess
import sys

BEGIN, END = "<!-- table: tests/nodb/values.py --write -->\n", "<!-- end of table -->"
ESCAPES = {b"\\\\": b"\\", b"\\t": b"\t", b"\\r": b"\r"}


def raw_bytes(text):
    def one(match):
        return bytes([int(match[0][2:], 16)]) if match[0].startswith(b"\\x") else ESCAPES[match[0]]
    return re.sub(rb"\\(?:x[0-9a-f]{2}|[\\tr])", one, text.encode())


def rows(folder):
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text().split("\n"):
            if line and not line.startswith("#"):
                kind, text, meaning, time = line.split("\t")
                yield kind, raw_bytes(text), meaning, time


def readings(build, texts):
    command = [build / "bin/segue", "read", "time-of-day", "--hours", "09:00-18:00", "--before", "12:00=MORNING", "--otherwise", "AFTERNOON", "--json"]
    done = subprocess.run(command, input=b"\n".join(texts) + b"\n", stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def judge(meaning, time, reading):
    found = reading["meaning"] or "REVIEW"
    if found == "REVIEW":
        return "review"
    if found != meaning or (time != "-" and time != reading["time"]):
        return "wrong"
    return "read"


def table(counts):
    lines = ["| class | texts | a person reads | read | review | wrong |", "|---|---|---|---|---|---|"]
    total = [0] * 5
    for kind, numbers in counts.items():
        lines.append("| " + " | ".join([kind, *map(str, numbers)]) + " |")
        total = [a + b for a, b in zip(total, numbers)]
    lines.append("| **all** | " + " | ".join(f"**{number}**" for number in total) + " |")
    return "\n".join(lines) + "\n", total


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    root, build, options = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    corpus = list(rows(root / "tests/values"))
    assert judge("MORNING", "-", {"meaning": "AFTERNOON"}) == judge("REVIEW", "-", {"meaning": "MORNING"}) == "wrong"
    assert judge("MORNING", "09:00", {"meaning": "MORNING", "time": "10:00"}) == "wrong"
    found = readings(build, [text for _, text, _, _ in corpus])
    assert len(found) == len(corpus), f"{len(corpus)} texts, {len(found)} answers"
    counts = {}
    for (kind, text, meaning, time), reading in zip(corpus, found):
        verdict = judge(meaning, time, reading)
        numbers = counts.setdefault(kind, [0] * 5)
        for place, counted in enumerate((True, meaning != "REVIEW", verdict == "read", verdict == "review", verdict == "wrong")):
            numbers[place] += counted
        if verdict == "wrong" or ("--list" in options and verdict == "review" and meaning != "REVIEW"):
            print(f"{verdict}: {kind}: {text.decode(errors='replace')!r} is {meaning} {time}, got {reading}")
    text, (texts, readable, read, _, wrong) = table(counts)
    page = root / "docs/values.md"
    before, after = page.read_text().split(BEGIN)[0], page.read_text().split(END)[-1]
    if "--write" in options:
        page.write_text(before + BEGIN + text + END + after)
    same = page.read_text() == before + BEGIN + text + END + after
    print(f"values: {texts} texts, {read} of {readable} readable ones read, {wrong} wrong" + ("" if same else "; docs/values.md is old: run with --write"))
    sys.exit(0 if wrong == 0 and read >= 0.95 * readable and texts >= 400 and same else 1)


if __name__ == "__main__":
    main()
