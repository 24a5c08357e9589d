#!/usr/bin/env python3
"""Files stay small, and nothing is left for later.

usage: files.py SOURCE_DIR [BUILD_DIR]       exit 1 if a rule is broken
       files.py --self-test                  proves that planted violations are found (part of every run)

At most 300 lines a source file (500 for SQL, where every column carries its comment), and none of the usual notes
that work is unfinished.
"""
import pathlib
import re
import sys

LIMITS = {".cpp": 300, ".hpp": 300, ".py": 300, ".ts": 300, ".tsx": 300, ".js": 300, ".mjs": 300, ".css": 300, ".sh": 300,
          ".sql": 500}
FOLDERS = ("src", "apps", "tests", "script", "bench", "web", "cmake")
SKIPPED = {"node_modules", "dist", "data"}
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")


def violations(name, text):
    suffix = pathlib.PurePath(name).suffix
    lines = text.splitlines()
    if len(lines) > LIMITS.get(suffix, 300):
        yield f"{name}: {len(lines)} lines, at most {LIMITS.get(suffix, 300)}"
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield f"{name}:{number}: says that work is unfinished"


def self_test():
    planted = {"long.cpp": "int x;\n" * 301, "long.sql": "-- x\n" * 501, "note.hpp": "// TO" + "DO later\n",
               "fix.py": "# FIX" + "ME\n", "script/run": "# x\n" * 301}
    sound = {"ok.cpp": "int x;\n" * 300, "ok.sql": "-- x\n" * 400, "word.py": "mastodont\n"}
    for name, text in planted.items():
        if not list(violations(name, text)):
            sys.exit(f"self-test: planted violation in {name} not found")
    for name, text in sound.items():
        if found := list(violations(name, text)):
            sys.exit(f"self-test: {found}")
    return len(planted)


def source_files(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in LIMITS and not SKIPPED & set(path.relative_to(root).parts):
                yield path
    yield from sorted(path for path in (root / "script").glob("*") if path.is_file() and not path.suffix)


def main():
    planted = self_test()
    if sys.argv[1:2] == ["--self-test"]:
        print(f"files: {planted} planted violations found")
        return
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1]).resolve()
    files = list(source_files(root))
    found = [line for path in files for line in violations(str(path.relative_to(root)), path.read_text())]
    for line in found:
        print(line)
    print(f"files: {len(found)} violations in {len(files)} files ({planted} planted ones found)")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
