#!/usr/bin/env python3
"""Runs the scenarios: whole stories told to the built program and a private PostgreSQL, one folder each (README.md).

usage: run.py SOURCE_DIR BUILD_DIR [--verbose] [NAME...]       exit 1 if one fails

  --verbose   show what every step said, not only those that a failure is about
"""
import concurrent.futures
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing is left in the source folder
from scenario import Scenario  # noqa: E402
from tools import Tools  # noqa: E402

AT_ONCE = 2


def postgres_programs():
    """The folder of the newest psql and pg_dump, or that of the PATH."""
    def version(path):
        return [int(part) for part in path.parent.parent.name.split(".") if part.isdigit()]
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"), key=version)
    on_path = shutil.which("psql")
    if not found and not on_path:
        sys.exit("scenarios: no psql in /usr/lib/postgresql/*/bin or on the PATH")
    return (found[-1] if found else pathlib.Path(on_path)).parent


def selected(folder, names):
    all_names = sorted(path.parent.name for path in folder.glob("*/args"))
    if unknown := sorted(set(names) - set(all_names)):
        sys.exit(f"scenarios: unknown: {', '.join(unknown)}; there are: {', '.join(all_names)}")
    # Those that wait for something begin first, so that the rest runs beside them.
    slow = ("long-reader", "kill-resume")
    chosen = [name for name in all_names if not names or name in names]
    return sorted(chosen, key=lambda name: (name not in slow, name))


def tell(name, failures, transcript, seconds, verbose):
    print(f"{'FAILED' if failures else 'passed'}  {name}  ({seconds:.1f} s)", flush=True)
    for failure in failures:
        print(f"    {failure}")
    if failures or verbose:
        print("    --- what was said:\n" + "\n".join("    " + line for line in transcript.splitlines()), flush=True)


def run_one(tools, path, verbose):
    begin = time.monotonic()
    try:
        scenario = Scenario(tools, path)
        failures = scenario.run()
        transcript = scenario.transcript(verbose)
    except Exception as error:  # a fault of the scenario's files is a failure of that scenario, not of the others
        failures, transcript = [f"{type(error).__name__}: {error}"], ""
    return path.name, failures, transcript, time.monotonic() - begin, verbose


def run_all(tools, folder, names, verbose):
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        work = [pool.submit(run_one, tools, folder / name, verbose) for name in names]
        try:
            for done in concurrent.futures.as_completed(work):
                tell(*done.result())
                passed += not done.result()[1]
        except BaseException:  # interrupted: what has not begun does not begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    print(f"{passed} passed, {len(names) - passed} failed")
    return passed == len(names)


def main():
    words = [word for word in sys.argv[1:] if word != "--verbose"]
    if len(words) < 2:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("scenarios: terminated"))  # the server is stopped then, too
    folder = pathlib.Path(words[0]).resolve() / "tests" / "scenario"
    segue = pathlib.Path(words[1]).resolve() / "bin" / "segue"
    if not os.access(segue, os.X_OK):
        sys.exit(f"scenarios: there is no program {segue}: build it first")
    names = selected(folder, words[2:])
    home = tempfile.mkdtemp(prefix="segue-scenarios-", dir="/tmp")
    os.chmod(home, 0o755)  # a server that is started by root runs as another user
    server = home + "/pg"
    try:
        started = subprocess.run([segue, "pg", "start", "--dir", server], capture_output=True, text=True, timeout=120)
        if started.returncode != 0:
            sys.exit(f"scenarios: the server did not start: {started.stdout}{started.stderr}")
        os.environ["SEGUE_STATE"] = home + "/state"
        good = run_all(Tools(segue, postgres_programs(), started.stdout.strip()), folder, names, len(words) < len(sys.argv) - 1)
    finally:
        subprocess.run([segue, "pg", "stop", "--dir", server, "--remove"], stdout=subprocess.DEVNULL, timeout=120)
        shutil.rmtree(home, ignore_errors=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
