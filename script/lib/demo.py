"""The hospital's demo: what a person on duty would type, typed in order, while patients book."""
import json
import os
import subprocess
import sys
import time

import demo_texts
from demo_stage import BIN, Stage, Unexpected, arguments, perform, say

FLAG = "dynamic-services"


class Hospital(Stage):
    plan, program = "hospital-services", "reservations"

    def __init__(self, options):
        super().__init__(options)
        self.report.texts = demo_texts.Story()

    def title(self):
        return f"hospital-services, {self.options.rows:,} reservations, {self.options.rate} requests/s, seed {self.options.seed}"

    def prepare(self):
        self.start_database()
        say(f"2. The old data model, with {self.options.rows:,} reservations and times as people write them")
        self.command("reservations", "init", "--database", self.url)
        self.command("reservations", "load", "--database", self.url, "--rows", str(self.options.rows),
                     "--seed", str(self.options.seed))
        say(f"3. Two instances of the booking service, and patients: {self.options.rate} requests a second")
        self.open()

    def turned_back_at_25(self):
        """The ladder goes up; at 25 % a person takes everything back with one command while the run is under way."""
        run = subprocess.Popen([os.path.join(BIN, "segue"), "run", self.plan_folder(), "--to", "switch", "--bake", self.options.bake],
                               env=self.environment())
        self.processes.append(run)
        while run.poll() is None and self.percent() < 25:
            time.sleep(0.1)
        if self.percent() != 25:
            raise Unexpected("the rollout did not reach 25 %")
        self.command("segue", "rollout", self.plan_folder(), FLAG, "--to", "0%", "--by", "demo", "--reason", "to show that it can")
        self.processes.remove(run)
        if run.wait(timeout=60) != 1:
            raise Unexpected(f"segue run ended with {run.returncode} after a person had turned the flag")

    def segue_json(self, verb, *words):
        return json.loads(self.command("segue", verb, self.plan_folder(), *words, quiet=True))

    def look_at_texts(self):
        self.command("segue", "profile", self.plan_folder(), "--top", "8")
        process = self.background("watch", "segue", "watch", self.plan_folder(), "--json")
        self.watcher = demo_texts.Watcher(process)

    def left_over(self):
        return demo_texts.left_over(self.segue_json, self.url)

    def decide_texts(self):
        """Strange times come in the old way; readers read what can be read, people the rest, and the rows follow."""
        story = self.report.texts
        story.written = demo_texts.strange_writes(self.url)
        self.until("the new texts are read", lambda: self.left_over()["texts that wait to be read"] == 0)
        story.provisional = self.left_over()["rows with a provisional meaning"]
        self.command("segue", "review", self.plan_folder(), "list")
        self.command("segue", "review", self.plan_folder(), "set", "퇴근하고 바로", "AFTERNOON", "--reason", "rang the patient", "--by", "front desk")
        sheet = os.path.join(self.directory, "texts.csv")
        self.command("segue", "review", self.plan_folder(), "export", "--bom", "--to", sheet)
        story.decided = 1 + demo_texts.fill_in(sheet)
        self.command("segue", "review", self.plan_folder(), "import", sheet, "--reason", "asked at the desk", "--by", "front desk")
        print(", ".join(f"{what}: {found}" for what, found in self.left_over().items()))

    def sum_up_texts(self):
        """While the old column is still there."""
        story = self.report.texts
        self.until("every text is read", lambda: self.left_over()["texts that wait to be read"] == 0)
        story.profile = self.segue_json("profile", "--format", "json")["profiles"][0]
        story.left, story.watched = self.left_over(), self.watcher.figures()

    def percent(self):
        return max([flag["percent"] for flag in self.status()["flags"]] or [0])

    def play(self):
        say("4. The plan waits for what no program can see; a person answers")
        self.answer_checklist()
        say("5. expand: the new model beside the old one; and what stands in the free text")
        self.segment("expand", ["expand"], lambda: self.run_to("expand"))
        self.look_at_texts()
        say("6. migrate: every row is filled while patients book; then the gate asks for a person")
        self.segment("migrate", ["migrate"], lambda: self.run_to("migrate"))
        with self.report.segment("people decide texts"):
            self.decide_texts()
        self.run_to("switch", expect=1)
        self.approve("migrate", "the numbers are right")
        say("7. switch: 5 %, 25 %, and back to 0 % at once")
        self.segment("switch to 25 %, back to 0 %", ["switch"], self.turned_back_at_25)
        say("8. switch again: 5, 25, 50, 100 %")
        self.segment("switch to 100 %", ["switch"], lambda: self.run_to("switch"))
        self.verify()
        say("9. The whole plan goes back to before migrate, and the schema is proven to be what it was")
        self.segment("rollback to expand", ["migrate", "switch"],
                     lambda: self.rollback("expand"))
        say("10. And forward again")
        self.segment("migrate again", ["migrate"], lambda: self.run_to("migrate"))
        self.approve("migrate", "right again")
        self.segment("switch again", ["switch"], lambda: self.run_to("switch"))
        self.verify()
        self.sum_up_texts()
        say("11. contract: the old columns are retired, archived and dropped")
        self.approve("switch", "everybody books the new way")
        self.segment("contract", ["contract"], lambda: self.run_to("contract"))
        self.watch("after")

    def go_home(self):
        say("12. The patients go home; what they were told is compared with what the database holds")
        self.processes.remove(self.watcher.process)
        if self.watcher.stop() != 0:
            raise Unexpected("segue watch did not end well")
        self.close()


if __name__ == "__main__":
    sys.exit(perform(Hospital(arguments("demo", rows=(200_000, 20_000)))))
