"""The clinics' demo: all five phases, back out of each of them and forward again, then from the end all the way back and forward once
more, while receptions work."""
import os
import sys

from demo_stage import Stage, Unexpected, arguments, perform, say

PHASES = ("preparation", "dual-write", "gradual-switch", "validation", "full-switch")
# What a person says before the phase behind it begins.
APPROVALS = {"dual-write": "every row has its new side", "validation": "both sides say the same"}
START = "start"
STAGES = {START: "off", "preparation": "off", "dual-write": "dualwrite", "gradual-switch": "rampdown", "validation": "rampdown", "full-switch": "complete"}


class Clinics(Stage):
    plan, program = "clinic-directory", "clinic"

    def title(self):
        return (f"clinic-directory, {self.options.clinics} clinics, {self.options.users:,} users, {self.options.appointments:,} appointments, "
                f"{self.options.rate} requests/s, seed {self.options.seed}")

    def prepare(self):
        self.start_database()
        self.tokens = os.path.join(self.directory, "tokens")
        say(f"2. The old data model: {self.options.clinics} clinics, {self.options.users:,} users, {self.options.appointments:,} appointments")
        self.command("clinic", "init", "--database", self.url)
        self.command("clinic", "load", "--database", self.url, "--tokens", self.tokens, "--seed", str(self.options.seed), "--clinics",
                     str(self.options.clinics), "--users", str(self.options.users), "--appointments", str(self.options.appointments))
        say(f"3. Two instances of the service, and receptions: {self.options.rate} requests a second")
        self.open("--system", "clinic", "--tokens", self.tokens)

    def back_up(self):
        self.command("segue", "backup", self.plan_folder(), "--to", os.path.join(self.directory, "backup.dump"), "--by", "demo")

    def expect_stage(self, phase):
        """What each instance says of each area: they serve this phase, and know that they do."""
        found = {stage for service in self.services for stage in self.health(service)["stages"].values()}
        print(f"the service says: {', '.join(sorted(found))}")
        if found != {STAGES[phase]}:
            raise Unexpected(f"in {phase} the service is in {', '.join(sorted(found))}")

    def compare(self, phase):
        """Old and new, row by row, wherever both are kept equal."""
        if STAGES[phase] in ("dualwrite", "rampdown"):
            self.verify()

    def forward(self, phase, name=None):
        """An approval is good for once: what was taken back wants another."""
        before = PHASES[PHASES.index(phase) - 1]
        if phase != PHASES[0] and before in APPROVALS:
            self.approve(before, APPROVALS[before])
        self.segment(name or phase, [phase], lambda: self.run_to(phase))
        self.expect_stage(phase)
        self.compare(phase)

    def back(self, phase, name):
        """The phases behind `phase` are taken back, with proof that the schema is what it was, and the rows are compared."""
        gone = PHASES[(PHASES.index(phase) if phase in PHASES else -1) + 1:]
        self.segment(name, gone, lambda: self.rollback(phase))
        self.expect_stage(phase)
        self.compare(phase)

    def play(self):
        say("4. The plan waits for a backup that was restored once, and for what no program can see")
        self.back_up()
        self.answer_checklist()
        for number, phase in enumerate(PHASES, 5):
            say(f"{number}. {phase}: there, back, and there again")
            self.forward(phase)
            self.back((START, *PHASES)[PHASES.index(phase)], f"back out of {phase}")
            self.forward(phase, f"{phase} again")
        self.watch("everything new")
        say("10. From the end, with the old columns gone, the whole plan goes back to the old application's data model")
        self.back(PHASES[0], f"back to {PHASES[0]}")
        say("11. And forward to the end once more")
        for phase in PHASES[1:]:
            self.forward(phase, f"{phase} once more")
        self.watch("after")
        say("12. What the last phase has done, as segue reports it")
        self.command("segue", "report", self.plan_folder(), "--phase", PHASES[-1])

    def go_home(self):
        say("13. The receptions close; what they were told is compared with what the database holds")
        self.report.differing(self.differing())
        self.close("--system", "clinic")

    def differing(self):
        """Answers of old and new path that the service itself compared, and how many were not the same."""
        lines = [line for service in self.services for line in self.fetch(service, "/metrics").splitlines()]
        return [sum(int(line.split()[-1]) for line in lines if line.startswith(name + "{")) for name in ("clinic_differing_total", "clinic_compared_total")]


if __name__ == "__main__":
    sys.exit(perform(Clinics(arguments("demo-clinic", bake=("2s", "0s"), clinics=(50, 8), users=(100_000, 4_000), appointments=(500_000, 8_000)))))
