"""The programs a scenario uses: segue, psql and pg_dump, each as a session with an output and an exit status."""
import contextlib
import os
import pathlib
import re
import subprocess
import tempfile

PATIENCE = 120  # seconds; whoever is not done by then hangs


class Session:
    """A started program. Its output goes to a file, so that nobody has to read along."""

    def __init__(self, words, environment, text=None):
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL,
                                        stdout=self.output, stderr=subprocess.STDOUT, env=environment)
        if text is not None:
            with contextlib.suppress(BrokenPipeError):  # it ended without reading: its status says why
                self.process.stdin.write(text.encode())
                self.process.stdin.close()

    def terminate(self):
        self.process.terminate()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()

    def end(self, seconds=PATIENCE):
        """Waits; exit status and output. The status is "hangs" if it had to be killed for that, -9 if somebody else did it."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = "hangs"
        self.output.seek(0)
        return status, self.output.read().decode(errors="replace")


class Tools:
    def __init__(self, segue, programs, server_url):
        self.segue_program, self.programs, self.server_url = str(segue), programs, server_url

    def url(self, database, role="postgres"):
        return re.sub(r"//[^@]*@/[^?]*", f"//{role}@/{database}", self.server_url)

    def segue(self, words, database, role="postgres", **environment):
        return Session([self.segue_program, *words], {**os.environ, "SEGUE_DATABASE": self.url(database, role), **environment})

    def psql(self, text, database, folder, role="postgres"):
        """`text` is SQL, or @FILE of the folder."""
        words = [str(self.programs / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator= | ",
                 "--set=ON_ERROR_STOP=1", "--dbname=" + self.url(database, role)]
        environment = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
        if text.startswith("@"):
            return Session([*words, "--file=" + str(folder / text[1:])], environment)
        return Session([*words, "--file=-"], environment, text)

    def definition(self, database, *options):
        """Everything pg_dump knows of the database but the rows; a newer server's, which it refuses, by definition.sql."""
        status, text = Session([str(self.programs / "pg_dump"), "--schema-only", *options, "--dbname=" + self.url(database)],
                               dict(os.environ)).end()
        if status != 0 and "server version mismatch" in text:
            return self.definition_by_catalog(database, options)
        if status != 0:
            raise RuntimeError(f"pg_dump of {database}: {text}")
        # Newer ones write a random word into these two lines.
        return [line for line in text.splitlines() if not re.match(r"\\(un)?restrict ", line)]

    def definition_by_catalog(self, database, options):
        said = [option.lstrip("-").partition("=") for option in options]
        schemas = [f"nspname {'<>' if name == 'exclude-schema' else '='} '{value}'" for name, _, value in said if value]
        query = (pathlib.Path(__file__).parent / "definition.sql").read_text().replace("SCHEMAS", " and ".join(schemas) or "true")
        status, text = self.psql(query, database, None).end()
        if status != 0:
            raise RuntimeError(f"definition of {database}: {text}")
        return [line for line in text.splitlines() if "--no-comments" not in options or not line.startswith("comment ")]
