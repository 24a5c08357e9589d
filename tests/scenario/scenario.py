"""One scenario: reads the files of its folder (README.md tells their form), runs the steps, compares."""
import difflib
import re
import shlex
import time

STEP = re.compile(r"(?P<verb>[a-z-]+)(?:\s+(?P<rest>.*?))?(?:\s+=>\s+(?P<status>\d+))?")
EXPECT = re.compile(r"(?P<line>\d+)(?P<kind>[:~!])\s+(?P<text>.+)")
LOCKED = "is being worked on by"
SHOWN = 12  # lines of a step's output that a failure shows
PATIENCE = 60  # seconds that `until` and `again` go on asking


def lines_of(path):
    """(line number, text) of what is neither empty nor a comment."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


class Scenario:
    def __init__(self, tools, folder):
        self.tools, self.folder = tools, folder
        self.plan, self.role, self.database = folder / "plan", None, None
        self.failures, self.said, self.background = [], {}, []

    def run(self):
        """The failures, as texts; none is good."""
        try:
            self.sound(self.tools.psql(f"create role {self.least_role} login", "postgres", self.folder), "create role")
            self.use_database("main")
            for number, line in lines_of(self.folder / "args"):
                self.step(number, line)
            self.wait()
            self.compare_output()
            self.ask_checks()
        except (ValueError, RuntimeError) as error:  # the scenario's own files are wrong
            self.failures.append(str(error))
        finally:
            for _, session, _ in self.background:
                session.kill()
        return self.judged_by_self_test() if (self.folder / "fails").exists() else self.failures

    def transcript(self, everything):
        """The end of what each step said that a failure is about, or everything."""
        about = {int(number) for failure in self.failures for number in re.findall(r"(?:args:|step )(\d+)", failure)}
        ends = [(number, "\n".join(text.splitlines()[0 if everything else -SHOWN:])) for number, text in sorted(self.said.items())
                if everything or number in about]
        return "\n".join(f"[args:{number}] {text}".rstrip() for number, text in ends)

    # ---- steps

    def step(self, number, line):
        match = STEP.fullmatch(line)
        verb = getattr(self, "do_" + match["verb"].replace("-", "_"), None) if match else None
        if verb is None:
            raise ValueError(f"args:{number}: not a step: {line}")
        verb(number, match["rest"] or "", int(match["status"] or 0))

    def start(self, command):
        """A session of `segue WORDS` or `psql SQL`."""
        program, _, rest = command.partition(" ")
        if program == "segue":
            words = [str(self.plan) if word == "PLAN" else word for word in shlex.split(rest)]
            return self.tools.segue(words, self.database, self.role or self.least_role)
        if program == "psql":
            return self.tools.psql(rest, self.database, self.folder, self.role or "postgres")
        raise ValueError(f"expected segue or psql, got {command}")

    @property
    def least_role(self):
        return "segue_" + self.folder.name.replace("-", "_")

    def give_least_rights(self):
        """What `segue grants` prints is all that segue has in a scenario. Early: a later step may hold locks."""
        if not (self.plan / "plan.yaml").exists():
            return
        status, text = self.tools.segue(["grants", str(self.plan), "--role", self.least_role], self.database).end()
        if status != 2:  # the plan is wrong, and that is what the scenario is about
            self.sound(self.tools.psql(text, self.database, self.folder), "segue grants")

    def ended(self, number, session, expected):
        """`expected`: exit statuses that are right."""
        status, text = session.end()
        self.said[number] = self.said.get(number, "") + text
        if status not in expected:
            self.failures.append(f"args:{number}: exit status {status}, expected {' or '.join(map(str, expected))}")

    def do_segue(self, number, rest, status):
        self.ended(number, self.start("segue " + rest), [status])

    def do_psql(self, number, rest, status):
        self.ended(number, self.start("psql " + rest), [status])

    def do_background(self, number, rest, status):
        self.background.append((number, self.start(rest), status))

    def do_wait(self, number, rest, status):
        self.wait()

    def wait(self):
        for number, session, status in self.background:
            self.ended(number, session, [status])
        self.background = []

    def do_kill_after(self, number, rest, status):
        seconds, _, command = rest.partition(" ")
        session = self.start(command)
        time.sleep(float(seconds))
        session.kill()
        status, text = session.end()
        self.said[number] = text
        # It may have been quicker, or have met the server process of one that was killed before it.
        if status not in (-9, 0) and LOCKED not in text:
            self.failures.append(f"args:{number}: exit status {status}, expected to be killed")

    def do_again(self, number, rest, expected):
        """As often as the answer is that another session holds the plan's lock."""
        deadline = time.monotonic() + PATIENCE
        status, text = self.start(rest).end()
        while LOCKED in text and time.monotonic() < deadline:
            time.sleep(0.1)
            status, text = self.start(rest).end()
        self.said[number] = text
        if status != expected:
            self.failures.append(f"args:{number}: exit status {status}, expected {expected}")

    def do_until(self, number, rest, status):
        deadline = time.monotonic() + PATIENCE
        while (answer := self.start("psql " + rest).end())[1].strip() != "t":
            if time.monotonic() > deadline:
                self.failures.append(f"args:{number}: never true: {rest}: {answer[1].strip()}")
                return
            time.sleep(0.05)

    def do_plan(self, number, rest, status):
        self.plan = (self.folder / rest).resolve()
        self.give_least_rights()

    def do_grants(self, number, rest, status):
        self.give_least_rights()

    def do_role(self, number, rest, status):
        self.role = rest or None

    def do_database(self, number, rest, status):
        self.use_database(rest)

    def do_clone(self, number, rest, status):
        """Goes on in a copy of this database."""
        copy = self.named(rest)
        self.sound(self.tools.psql(f'create database "{copy}" template "{self.database}"', "postgres", self.folder), "clone")
        self.database = copy
        self.give_least_rights()

    def do_back(self, number, rest, status):
        self.database = self.named(rest)

    def named(self, name):
        return f"{self.folder.name}_{name}".replace("-", "_")

    def use_database(self, name):
        database = self.named(name)
        self.sound(self.tools.psql(f'create database "{database}"', "postgres", self.folder), "create database")
        self.database = database
        self.sound(self.tools.psql("@schema.sql", database, self.folder), "schema.sql")
        self.give_least_rights()

    def sound(self, session, what):
        status, text = session.end()
        if status != 0:
            raise RuntimeError(f"{what}: {text.strip()}")

    def do_same_schema(self, number, rest, status):
        """This database's definition and that of another of the scenario are equal, to the letter."""
        other = self.named(rest)
        lines = list(difflib.unified_diff(self.tools.definition(other), self.tools.definition(self.database), rest, "this", n=1))
        self.said[number] = "\n".join(lines)
        if lines:
            self.failures.append(f"args:{number}: the schema differs from that of {rest}")

    # ---- comparison

    def compare_output(self):
        path = self.folder / "expect"
        for number, line in lines_of(path) if path.exists() else []:
            match = EXPECT.fullmatch(line)
            if not match or int(match["line"]) not in self.said:
                raise ValueError(f"expect:{number}: not LINE: TEXT, LINE~ REGEX or LINE! TEXT of a step that says something: {line}")
            said, kind, text = self.said[int(match["line"])], match["kind"], match["text"]
            found = re.search(text, said, re.MULTILINE) if kind == "~" else text in said
            if bool(found) == (kind == "!"):
                self.failures.append(f"expect:{number}: step {match['line']} {'says' if found else 'does not say'}: {text}")

    def ask_checks(self):
        if not (self.folder / "check.sql").exists():
            return
        status, text = self.tools.psql("@check.sql", self.database, self.folder).end()
        rows = text.splitlines()
        if status != 0 or not rows:
            self.failures.append(f"check.sql: exit status {status}, {len(rows)} rows: {text.strip()}")
        self.failures += [f"check.sql: not true: {row}".strip() for row in rows if status == 0 and row.split(" | ")[-1] != "t"]

    def judged_by_self_test(self):
        """The file `fails` names every failure that has to be found; no other may be."""
        wanted = [line for _, line in lines_of(self.folder / "fails")]
        return ([f"self-test: not found: {line}" for line in wanted if line not in self.failures]
                + [f"self-test: unexpected: {line}" for line in self.failures if line not in wanted])
