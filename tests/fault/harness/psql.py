"""A session of an application: one psql that is kept, and asked statement by statement."""
import contextlib
import subprocess


class Psql:
    def __init__(self, tools, database):
        self.tools, self.database, self.process = tools, database, None

    def connect(self):
        self.leave()
        words = [str(self.tools.programs / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname=" + self.tools.url(self.database)]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)
        return self.ask("set application_name = 'application'") == "ok"

    def ask(self, statement):
        """ok, an SQLSTATE, or lost. COPY ... FROM STDIN brings its rows and the line \\. with it."""
        end = "\n" if statement.endswith("\\.") else ";\n"
        try:
            self.process.stdin.write(statement + end + "\\echo answer :ERROR :SQLSTATE\n")
            self.process.stdin.flush()
            for line in self.process.stdout:
                if line.startswith("answer "):
                    return "ok" if line.split()[1] == "false" else (line.split() + ["lost"])[2]
        except (BrokenPipeError, OSError):
            pass
        return "lost"

    @staticmethod
    def is_lost(answer):
        """The session is gone, or the server is about to end it."""
        return answer == "lost" or answer.startswith("57P")

    def leave(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                with contextlib.suppress(OSError):  # what it was sent last may wait there for ever
                    stream.close()
