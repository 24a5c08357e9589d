"""The Node clients of this folder: installed from the npm registry into a folder of the build, started, watched."""
import json
import os
import queue
import shutil
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 120  # seconds; whoever does not go on by then hangs

# Prisma's command line looks for two engines that it would download, and that neither generating a client of engineType "client" nor
# that client needs: a file that is there makes it content. The mirror makes sure that nothing is downloaded after all.
NO_ENGINES = {"PRISMA_SCHEMA_ENGINE_BINARY": "/bin/true", "PRISMA_QUERY_ENGINE_LIBRARY": "/bin/true",
              "PRISMA_ENGINES_MIRROR": "http://127.0.0.1:9", "CHECKPOINT_DISABLE": "1", "PRISMA_HIDE_UPDATE_MESSAGE": "1"}


class Unusable(Exception):
    """The clients cannot be made to run here."""


def command(words, directory, what):
    try:
        done = subprocess.run(words, cwd=directory, env={**os.environ, **NO_ENGINES}, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=600)
    except FileNotFoundError:
        raise Unusable(f"{what}: there is no {words[0]}; script/install --tests installs it") from None
    if done.returncode != 0:
        raise Unusable(f"{what}: {' '.join(words)} ended with {done.returncode}\n{done.stdout}")


def install(directory):
    """Packages and generated Prisma clients; the packages stay for the next run, as long as the lock file is the same."""
    os.makedirs(directory, exist_ok=True)
    for name in os.listdir(HERE):
        if name.endswith((".mjs", ".json", ".prisma")):
            shutil.copy(os.path.join(HERE, name), directory)
    installed = os.path.join(directory, "installed.json")
    with open(os.path.join(HERE, "package-lock.json")) as file:
        lock = file.read()
    if not os.path.exists(installed) or open(installed).read() != lock:
        command(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], directory,
                "the clients' packages could not be installed from the npm registry")
        with open(installed, "w") as file:
            file.write(lock)
    for name in ("old", "new"):
        command(["node", "node_modules/prisma/build/index.js", "generate", "--schema", f"{name}.prisma"], directory,
                "the Prisma clients could not be generated")


class Client:
    def __init__(self, directory, model, driver, url, *words):
        self.name, self.lines, self.news = f"{model} {driver}", [], queue.Queue()
        self.log = open(os.path.join(directory, f"{model}-{driver}.log"), "a+")
        self.process = subprocess.Popen(["node", "main.mjs", model, driver, url, *words], cwd=directory, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log)
        threading.Thread(target=self._read, daemon=True).start()
        self.started = self._wait("started")["started"]

    def _read(self):
        for text in self.process.stdout:
            line = json.loads(text)
            self.lines.append(line)
            self.news.put(line)
        self.news.put(None)

    def _wait(self, key):
        """The next line that has the key."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                line = self.news.get(timeout=max(0.1, end - time.monotonic()))
            except queue.Empty:
                self.process.kill()
                raise Unusable(f"the {self.name} client gave no \"{key}\" in {PATIENCE} s") from None
            if line is None:
                self.log.seek(0)
                raise Unusable(f"the {self.name} client ended: {self.log.read()}")
            if key in line:
                return line

    def totals(self):
        return next((line for line in reversed(self.lines) if "done" in line), {"done": 0, "star": None})

    def work(self, operations):
        """Until it has done so many more operations."""
        goal = self.totals()["done"] + operations
        while self._wait("done")["done"] < goal:
            pass

    def tell(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def sweep(self):
        """All it knows is read back: how many rows, how many of them are not as written, and the keys of some."""
        self.tell("sweep")
        return self._wait("swept")

    def stop(self):
        """Sweeps and ends."""
        self.tell("stop")
        swept = self._wait("swept")
        self.finish()
        return swept

    def finish(self):
        final = self._wait("final")
        self.process.wait(PATIENCE)
        return final

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def errors(self, before=float("inf"), after=0.0):
        """Errors of operations that ended before one time and began after the other."""
        return [line for line in self.lines if "error" in line and line["ended"] < before * 1000 and line["began"] > after * 1000]

    def unlike(self):
        """Rows that were not as written."""
        return [line["unlike"] for line in self.lines if "unlike" in line]
