"""The clinics' demo: all five phases, a rollback out of each of them, and forward again, while receptions work."""
import os
import sys

from demo_stage import Stage, Unexpected, arguments, perform, say

PHASES = ("preparation", "dual-write", "gradual-switch", "validation", "full-switch")
# What a person says before the phase behind it begins.
APPROVALS = {"dual-write": "every row has its new side", "validation": "both sides say the same"}
STAGES = {"preparation": "off", "dual-write": "dualwrite", "gradual-switch": "rampdown", "validation": "rampdown", "full-switch": "complete"}


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
        """What the service itself says of its appointments."""
        found = {self.health(service)["stages"]["appointments"] for service in self.services}
        print(f"the service says: {', '.join(sorted(found))}")
        if found != {STAGES[phase]}:
            raise Unexpected(f"after {phase} the stage is {found}")

    def forward(self, phase, name=None):
        """An approval is good for once: what was taken back wants another."""
        before = PHASES[PHASES.index(phase) - 1]
        if phase != PHASES[0] and before in APPROVALS:
            self.approve(before, APPROVALS[before])
        self.segment(name or phase, [phase], lambda: self.run_to(phase))
        self.expect_stage(phase)

    def back(self, phase):
        """Out of the phase behind `phase`, with proof that the schema is what it was; and forward again."""
        gone = PHASES[PHASES.index(phase) + 1]
        self.segment(f"back out of {gone}", [gone], lambda: self.rollback(phase))
        self.expect_stage(phase)

    def play(self):
        say("4. The plan waits for a backup that was restored once, and for what no program can see")
        self.back_up()
        self.answer_checklist()
        say("5. preparation: the directory beside the old tables; taken back to the start, and made again")
        self.forward("preparation")
        self.segment("back out of preparation", ["preparation"], lambda: self.rollback("start"))
        self.forward("preparation", "preparation again")
        for number, phase in enumerate(PHASES[1:], 6):
            say(f"{number}. {phase}: there, back, and there again")
            self.forward(phase)
            if phase != "dual-write":
                self.verify()
            self.back(PHASES[PHASES.index(phase) - 1])
            self.forward(phase, f"{phase} again")
        say("10. What the last phase has done, as segue reports it")
        self.command("segue", "report", self.plan_folder(), "--phase", "full-switch")
        self.watch("after")

    def go_home(self):
        say("11. The receptions close; what they were told is compared with what the database holds")
        self.report.differing(self.differing())
        self.close("--system", "clinic")

    def differing(self):
        """Answers of old and new path that the service itself compared, and how many were not the same."""
        lines = [line for service in self.services for line in self.fetch(service, "/metrics").splitlines()]
        return [sum(int(line.split()[-1]) for line in lines if line.startswith(name + "{")) for name in ("clinic_differing_total", "clinic_compared_total")]


if __name__ == "__main__":
    sys.exit(perform(Clinics(arguments("demo-clinic", clinics=(50, 8), users=(100_000, 4_000), appointments=(500_000, 8_000)))))
