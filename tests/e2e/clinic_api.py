"""The clinics' service does what its OpenAPI document says, in every phase of the migration and on the way back, on its own database.

python3 tests/e2e/clinic_api.py SOURCE_DIR BUILD_DIR

Every operation is called in each phase; every answer must have a documented status and a body that its schema allows. What one
phase has written the next ones show unchanged, and no clinic sees another's.
"""
import os
import shutil
import sys
import tempfile

SOURCE, BUILD = sys.argv[1:3]
sys.path.insert(0, os.path.join(SOURCE, "tests", "e2e", "lib"))
sys.dont_write_bytecode = True
from contract import Contract  # noqa: E402

CONTRACT = Contract(SOURCE, BUILD, "clinic", "clinic-directory")
expect, segue = CONTRACT.expect, CONTRACT.segue
# What takes a broken database or ten idle seconds to see; 503 is seen by one call.
NOT_PROVOKED = {"408", "500", "503"}


class Reception:
    """One clinic's, in one phase. `number`: of the phase, so that every phase books other days."""

    def __init__(self, api, clinic, token, number, variant):
        self.api, self.clinic, self.token, self.number, self.variant = api, clinic, token, number, variant

    def call(self, name, id=None, expect=200, **more):
        path = {"clinic": self.clinic, **({"id": id} if id else {})}
        return self.api.call(name, path=path, token=self.token, expect=expect, **more).body

    def written(self, name, **more):
        """A call that the path of this phase must have answered."""
        body = self.call(name, **more)
        if body.get("variant") != self.variant:
            expect(False, f"{name} was answered by the {body.get('variant')} path, not by the {self.variant} one")
        return body

    def at(self, hour, minute=0):
        return f"2099-{1 + self.number:02}-01T{hour:02}:{minute:02}:00Z"

    # ---- what is asked in every phase

    def doctors(self):
        email = f"new.{self.number}.{self.clinic}@example.com"
        new = {"first_name": "Alba", "last_name": "Nord", "email": email, "phone": "010-0000-0001", "specialization": "surgery", "experience": 7}
        key = {"headers": {"Idempotency-Key": f"doctor {self.number}".replace(" ", "-")}}
        made = self.written("doctor_create", body=new, **key)
        expect(self.call("doctor_create", body=new, **key)["id"] == made["id"], "a doctor added again under the same key is the same doctor")
        self.call("doctor_create", body=new, expect=409)
        self.call("doctor_create", body={"first_name": "", "colour": 1}, expect=400)
        self.call("doctor_create", body=new, headers={"Idempotency-Key": "no key"}, expect=400)
        changed = self.written("doctor_change", id=made["id"], body={"experience": 8, "license_number": "L-1"})
        expect((changed["experience"], changed["license_number"], changed["specialization"]) == (8, "L-1", "surgery"), "a change leaves the rest")
        self.call("doctor_change", id=self.seasoned(), body={"email": email}, expect=409)
        self.people("doctor", made["id"])
        return changed

    def patients(self):
        made = self.written("patient_create", body={"first_name": "Bruno", "last_name": "Ende", "birth_date": "1990-01-01"})
        self.call("patient_create", body={"first_name": "Bruno"}, expect=400)
        changed = self.written("patient_change", id=made["id"], body={"phone": "010-0000-0002"})
        expect((changed["phone"], changed["birth_date"]) == ("010-0000-0002", "1990-01-01"), "a change leaves the rest")
        self.people("patient", made["id"])
        return changed

    def people(self, one, id):
        many = one + "s"
        shown = self.written(one, id=id)
        page = self.call(many, query={"limit": 1})
        rest = self.call(many, query={"limit": 500, "cursor": page["next_cursor"]})[many]
        expect(id in {row["id"] for row in page[many] + rest}, f"the {one} {shown['id'][:8]} is in the clinic's list")
        self.call(many, query={"limit": 0}, expect=400)
        self.call(one, id="nobody", expect=404)
        self.call(one + "_change", id="nobody", body={"phone": "010-0000-0000"}, expect=404)
        self.call(one + "_change", id=id, body={}, expect=400)

    def appointments(self, doctor, patient):
        new = {"doctor_id": doctor, "patient_id": patient, "starts_at": self.at(8), "minutes": 30}
        key = {"headers": {"Idempotency-Key": f"appointment-{self.number}"}}
        made = self.written("appointment_create", body={**new, "notes": "first visit"}, **key)
        expect(self.call("appointment_create", body={**new, "notes": "first visit"}, **key).get("repeated") is True, "a repeat under the same key is told as one")
        other = self.call("doctors", query={"limit": 2})["doctors"]
        self.call("appointment_create", body={**new, "doctor_id": next(d["id"] for d in other if d["id"] != doctor)}, **key, expect=422)
        self.call("appointment_create", body={**new, "starts_at": self.at(8, 15)}, expect=409)
        self.call("appointment_create", body={**new, "doctor_id": "nobody"}, expect=400)
        second = self.written("appointment_create", body={**new, "starts_at": self.at(9)})
        self.call("appointment_move", id=second["id"], body={"starts_at": self.at(8, 15), "minutes": 15}, expect=409)
        self.call("appointment_move", id=second["id"], body={"starts_at": "soon", "minutes": 15}, expect=400)
        self.call("appointment_move", id="nobody", body={"starts_at": self.at(10), "minutes": 15}, expect=404)
        moved = self.written("appointment_move", id=second["id"], body={"starts_at": self.at(10), "minutes": 45})
        expect((moved["starts_at"], moved["minutes"]) == (self.at(10), 45), "an appointment moves")
        for _ in range(2):
            expect(self.written("appointment_cancel", id=second["id"])["status"] == "CANCELLED", "an appointment is cancelled, again and again")
        self.call("appointment_move", id=second["id"], body={"starts_at": self.at(11), "minutes": 15}, expect=409)
        self.call("appointment_cancel", id="nobody", expect=404)
        self.lists(doctor, patient, {made["id"], second["id"]})
        return self.written("appointment", id=made["id"])

    def lists(self, doctor, patient, wanted):
        for query in ({"date": self.at(0)[:10]}, {"doctor": doctor}, {"patient": patient}):
            page = self.call("appointments", query={**query, "limit": 1})
            rest = self.call("appointments", query={**query, "cursor": page["next_cursor"]})
            found = {row["id"] for row in page["appointments"] + rest["appointments"]}
            expect(found == wanted and page["variant"] == self.variant, f"the appointments of {list(query)[0]}, page by page, are what was booked")
        self.call("appointments")
        self.call("appointments", query={"date": "soon"}, expect=400)
        self.call("appointment", id="nobody", expect=404)
        past = [row for row in self.call("appointments", query={"doctor": self.seasoned(), "limit": 500})["appointments"] if row["status"] == "COMPLETED"]
        self.call("appointment_cancel", id=past[0]["id"], expect=409)

    def seasoned(self):
        """A doctor who has seen patients: one of those the clinic began with."""
        return next(d["id"] for d in self.call("doctors", query={"limit": 500})["doctors"] if not (d["email"] or "").startswith("new."))


def isolated(own, other, doctor, patient, appointment):
    """What one clinic has is not there for another, and no token opens two."""
    for name, id in (("doctor", doctor), ("patient", patient), ("appointment", appointment)):
        other.call(name, id=id, expect=404)
        own.api.call(name, path={"clinic": own.clinic, "id": id}, token=other.token, expect=401)
    other.call("doctor_change", id=doctor, body={"phone": "010-9999-9999"}, expect=404)
    other.call("patient_change", id=patient, body={"phone": "010-9999-9999"}, expect=404)
    other.call("appointment_move", id=appointment, body={"starts_at": own.at(20), "minutes": 15}, expect=404)
    other.call("appointment_cancel", id=appointment, expect=404)
    other.call("appointment_create", body={"doctor_id": doctor, "patient_id": patient, "starts_at": own.at(21), "minutes": 15}, expect=400)
    expect(not other.call("appointments", query={"doctor": doctor})["appointments"], "another clinic's list has nothing of it")


def stages(api, stage):
    told = api.call("health").body["stages"]
    lines = {line for line in api.call("metrics").body.splitlines() if line.startswith("clinic_stage{") and line.endswith(" 1")}
    areas = ("appointments", "doctors", "patients")
    expect(told == {area: stage for area in areas}, f"health tells the stage \"{stage}\" of each area {told}")
    expect(lines == {f'clinic_stage{{area="{area}",stage="{stage}"}} 1' for area in areas}, f"and metrics do {sorted(lines)}")


class Phases:
    """The same questions in each phase, of each clinic, and what the phases before have written."""

    def __init__(self, api, tokens):
        self.api, self.tokens, self.number, self.kept = api, tokens, 0, []

    def ask(self, name, stage, variant):
        print(f"---- {name}", flush=True)
        self.number += 1
        stages(self.api, stage)
        CONTRACT.refusals(self.api)
        self.api.call("openapi")
        own, other = (Reception(self.api, clinic, token, self.number, variant) for clinic, token in self.tokens)
        for reception in (own, other):
            doctor, patient = reception.doctors(), reception.patients()
            appointment = reception.appointments(doctor["id"], patient["id"])
            self.kept += [("doctor", reception, doctor), ("patient", reception, patient), ("appointment", reception, appointment)]
        (_, _, doctor), (_, _, patient), (_, _, appointment) = self.kept[-6:-3]
        isolated(own, other, doctor["id"], patient["id"], appointment["id"])
        self.compare(variant)

    def compare(self, variant):
        changed = []
        for operation, reception, row in self.kept:
            shown = reception.call(operation, id=row["id"])
            if {**shown, "variant": ""} != {**row, "variant": ""} or shown["variant"] != variant:
                changed.append(operation)
        expect(not changed, f"all {len(self.kept)} rows of this phase and those before are shown as they were written {changed or ''}")


def there_and_back(phases, url):
    run = ("run", "--bake", "0s", "--to")
    phases.ask("before the plan", "off", "old")
    segue(url, *run, "preparation")
    phases.ask("preparation", "off", "old")
    segue(url, *run, "dual-write")
    phases.ask("dual-write", "dualwrite", "old")
    segue(url, "approve", "dual-write", "--reason", "test")
    segue(url, *run, "gradual-switch")
    phases.ask("gradual-switch", "rampdown", "new")
    segue(url, *run, "validation")
    segue(url, "approve", "validation", "--reason", "test")
    segue(url, *run, "full-switch")
    phases.ask("full-switch", "complete", "new")
    segue(url, "rollback", "--to", "validation", "--by", "test")
    phases.ask("back in validation", "rampdown", "new")
    segue(url, "rollback", "--to", "start", "--by", "test")
    phases.ask("back at the start", "off", "old")


def switches(url):
    """Each emergency switch, in the words of health; what is neither true nor false stops the start."""
    flags = "segue.clinic-directory."
    for switch, overrides in (("USE_NEW_APPOINTMENT_READ", ["appointments-read"]), ("USE_NEW_APPOINTMENT_WRITE", ["appointments-write"]),
                              ("USE_NEW_APPOINTMENT_LOGIC", ["appointments-read", "appointments-write"]),
                              ("USE_NEW_DOCTOR_LOGIC", ["doctors"]), ("USE_NEW_PATIENT_LOGIC", ["patients"])):
        with CONTRACT.serve("--database", url, "--threads", "1", environment={switch: "true"}) as service:
            health = CONTRACT.api(service).call("health").body
            expect(health["overrides"] == {flags + flag: 100 for flag in overrides}, f"{switch}=true is shown as override {health['overrides']}")
        done = CONTRACT.run("clinic", "serve", "--database", url, "--listen", "127.0.0.1:0", environment={switch: "perhaps"})
        expect(done.returncode == 2 and switch in done.stderr, f"{switch}=perhaps is a usage error at start")


def main():
    CONTRACT.table_and_document(16)
    directory = tempfile.mkdtemp(prefix="segue-clinic-api-")
    os.chmod(directory, 0o755)
    database, tokens = os.path.join(directory, "postgresql"), os.path.join(directory, "tokens")
    try:
        with CONTRACT.serve("--database", "embedded:" + database, "--threads", "2") as service:
            url = CONTRACT.run("segue", "pg", "url", "--dir", database).stdout.split()[-1]
            loaded = CONTRACT.run("clinic", "load", "--database", url, "--tokens", tokens, "--clinics", "2", "--users", "80", "--appointments", "120")
            expect(loaded.returncode == 0, "two clinics are loaded" + loaded.stderr if loaded.returncode else "two clinics are loaded")
            with open(tokens) as file:
                clinics = [line.split() for line in file]
            service.token = clinics[0][1]
            api = CONTRACT.api(service, {"clinic": clinics[0][0], "id": "x"})
            CONTRACT.answer_checklist(url, 4)
            segue(url, "backup", "--to", os.path.join(directory, "backup.dump"), "--by", "test")
            there_and_back(Phases(api, clinics), url)
            switches(url)
            CONTRACT.survives(service, database, lambda: api.call("doctors", expect=(200, 503)).status)
            everything = str(service.log_lines())
            expect(not any(data in everything for data in ("Alba", "Bruno", "010-0000", "first visit", "example.com", *(t for _, t in clinics))),
                   "nothing of a patient or a doctor, and no token, is in the log")
        CONTRACT.every_answer_was_seen(api.seen, NOT_PROVOKED)
        page = {"variant": "old", "next_cursor": None, "patients": []}
        expect(api.self_test("patients", page), "an answer that is not documented would have been found")
        expect(service.memory_kb < 32 * 1024, f"it took {service.memory_kb} kB of memory")
    finally:
        CONTRACT.run("segue", "pg", "stop", "--dir", database, "--remove")
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if CONTRACT.failed else 0


if __name__ == "__main__":
    sys.exit(main())
