"""The reservation service does what its OpenAPI document says, in every phase of the migration, on its own database.

python3 tests/e2e/reservations_api.py SOURCE_DIR BUILD_DIR

Every operation is called; every answer must have a documented status and a body that its schema allows.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE, BUILD = sys.argv[1:3]
sys.path.insert(0, os.path.join(SOURCE, "tests", "e2e", "lib"))
sys.dont_write_bytecode = True
from contract import Contract  # noqa: E402

CONTRACT = Contract(SOURCE, BUILD, "reservations", "hospital-services")
expect, segue = CONTRACT.expect, CONTRACT.segue
MONDAY, ANY = "2099-06-01", {"id": "x", "code": "X", "service": "X"}
# What takes a lost answer, a broken database or ten idle seconds to see.
NOT_PROVOKED = {"408", "422", "500", "503"}


def booking(**fields):
    return {"patient_name": "홍길동", "phone": "010-1111-2222", "birth_date": "1990-01-01", "gender": "FEMALE", "treatment_type": "FIRST_VISIT",
            "service": "SKIN_CARE", "preferred_date": MONDAY, "period": "AFTERNOON", **fields}


def patients(api):
    first = api.call("book", body=booking(), expect=200)
    api.call("book", body=booking(period="MORNING"), expect=200)
    api.call("book", body=booking(period="MORNING"), expect=200)
    api.call("book", body=booking(service="NOPE"), expect=400)
    api.call("book", body={}, expect=400)
    api.call("book", raw=b"{", expect=400)
    api.call("book", raw=b"x", kind="text/plain", expect=415)
    api.call("book", raw=b"x" * 70_000, expect=413)
    api.call("book", body=booking(), headers={"X-Long": "x" * 20_000}, expect=431)
    for _ in range(20):
        if api.call("book", body=booking(service="BODY_CARE", preferred_time="3pm"), expect=(200, 409)).status == 409:
            break
    api.call("availability", query={"service": "SKIN_CARE", "date": MONDAY}, expect=200)
    api.call("availability", query={"service": "SKIN_CARE", "date": "2099-06-07"}, expect=200)
    api.call("availability", query={"service": "SKIN_CARE", "date": "2020-06-01"}, expect=200)
    api.call("availability", query={"service": "NOPE", "date": "soon"}, expect=400)
    api.call("public_services", expect=200)
    return first.body["reservation"]["id"]


def reservations(api, booked):
    page = api.call("list", query={"date": MONDAY, "limit": 1}, expect=200).body
    api.call("list", query={"date": MONDAY, "limit": 1, "cursor": page["next_cursor"], "status": "PENDING"}, expect=200)
    api.call("list", query={"limit": 0}, expect=400)
    api.call("reservation", path={"id": booked}, expect=200)
    api.call("reservation", path={"id": "nobody"}, expect=404)
    api.call("status", path={"id": booked}, body={"status": "CONFIRMED"}, headers={"X-Admin": "front desk"}, expect=200)
    api.call("status", path={"id": booked}, body={"status": "PENDING"}, expect=400)
    api.call("status", path={"id": booked}, body={"status": "NO_SHOW"}, expect=200)
    api.call("status", path={"id": booked}, body={"status": "CONFIRMED"}, expect=409)
    api.call("status", path={"id": "nobody"}, body={"status": "CONFIRMED"}, expect=404)


def services(api, phase):
    there = (200, 201) if phase != "old" else (409,)
    code = {"code": "PEEL_" + phase.upper()}
    api.call("service_create", body={**code, "name": "필링", "duration_minutes": 20, "buffer_minutes": 0, "category": None}, expect=there)
    api.call("service_create", body={"code": "peel", "colour": 1}, expect=400)
    tag = api.call("service", path=code, expect=there).headers.get("ETag")
    for name in ("service_change", "service_retire", "service_restore"):
        body = {"body": {"base_price": 1000}} if name == "service_change" else {}
        api.call(name, path=code, expect=there, **body)
        api.call(name, path={"code": "NOPE"}, expect=404 if phase != "old" else 409, **body)
        api.call(name, path=code, headers={"If-Match": tag or '"x"'}, expect=412 if phase != "old" else 409, **body)
    if phase != "old":
        api.call("book", body=booking(service=code["code"], period="MORNING"), expect=200 if phase == "new" else (200, 400))
        api.call("service_create", body={**code, "name": "again", "duration_minutes": 20}, expect=409)
    api.call("service_change", path=code, body={}, expect=400)
    listed = api.call("services", query={"retired": "true"}, expect=there).body.get("services", [])
    api.call("services", query={"retired": "perhaps"}, expect=400)
    codes = [service["code"] for service in listed] or ["A"]
    api.call("service_order", body={"codes": codes[::-1]}, expect=there)
    api.call("service_order", body={"codes": ["ELSE"]}, expect=409)
    api.call("service_order", body={"codes": []}, expect=400)
    api.call("service", path={"code": "NOPE"}, expect=404 if phase != "old" else 409)


def capacity(api, phase):
    new, old = (200 if phase != "old" else 409), (200 if phase != "new" else 409)
    slot = {"day_of_week": 0, "period": "MORNING", "start": "09:00", "end": "12:00", "total_minutes": 180, "active": False}
    api.call("time_slots", expect=new)
    api.call("time_slot_set", body=slot, expect=new)
    api.call("time_slot_set", body={**slot, "day_of_week": 7}, expect=400)
    api.call("limits", expect=old)
    api.call("limit_set", path={"service": "SKIN_CARE"}, body={"daily_limit": 12, "active": True}, expect=old)
    api.call("limit_set", path={"service": "NOPE"}, body={"daily_limit": 12, "active": True}, expect=404 if phase != "new" else 409)
    api.call("limit_set", path={"service": "SKIN_CARE"}, body={"daily_limit": -1}, expect=400)


def personal_data(api):
    expect(api.call("erase", body={"phone": "010 1111 2222", "birth_date": "1990-01-01"}, expect=200).body["anonymised"] > 0, "a patient's rows are anonymised")
    api.call("erase", body={"phone": "me"}, expect=400)
    api.call("retention", body={"before": "2020-01-01"}, expect=200)
    api.call("retention", body={"before": "2999-01-01"}, expect=400)


def every_operation(api, phase):
    CONTRACT.refusals(api)
    for _, _, operation in CONTRACT.document.operations():
        if operation["security"]:
            api.call(operation["operationId"], headers={"X-Admin": "x" * 101}, body={}, expect=400)
    for name in ("health", "metrics", "openapi"):
        api.call(name, expect=200)
    booked = patients(api)
    reservations(api, booked)
    services(api, phase)
    capacity(api, phase)
    personal_data(api)


def migrate(url, *words):
    segue(url, "run", "--bake", "0s", *words)


def in_every_phase(api, url):
    every_operation(api, "old")
    CONTRACT.answer_checklist(url, 5)
    migrate(url, "--to", "migrate")
    every_operation(api, "both")
    for phase in ("migrate", "switch"):
        segue(url, "approve", phase, "--reason", "test")
    migrate(url)
    every_operation(api, "new")
    the_archive(url)


def the_archive(url):
    """The statement that the documentation gives for what an erasure does not reach."""
    with open(os.path.join(SOURCE, "docs", "reservations.md")) as file:
        statement = re.search(r"`(update segue_archive[^`]+)`", file.read())[1]
    subprocess.run(["psql", url, "-qX", "-v", "ON_ERROR_STOP=1", "-c", statement], check=True)
    left = subprocess.run(["psql", url, "-qAtXc", "select count(*) from segue_archive.\"hospital-services reservations\" a join reservations r on "
                           "r.id = a.key[1] where r.phone = '' and a.\"preferredTime\" not in ('09:00', '14:00')"], text=True, capture_output=True)
    expect(left.stdout.strip() == "0", "the documented statement clears the archive of an erased patient's words")


def serve(*words, token=""):
    return CONTRACT.serve(*words, token=token, environment={"RESERVATIONS_TOKEN": token})


def without_token(url, legacy):
    with serve("--database", url, *(["--legacy"] if legacy else [])) as service:
        api = CONTRACT.api(service, ANY)
        for _, _, operation in CONTRACT.document.operations():
            if operation["security"]:
                gone = legacy and operation["operationId"].startswith(("service", "time_slot"))
                api.call(operation["operationId"], body={}, expect=404 if gone else 403, documented=not gone)
        expect(api.call("health").body["mode"] == ("legacy" if legacy else "normal"), "health tells the mode")
        return api.seen


def in_haste(url):
    with serve("--database", url, "--rate-limit", "3") as service:
        api = CONTRACT.api(service)
        for name in ("book", "availability", "public_services"):
            answers = [api.call(name, body=booking() if name == "book" else None, query={"service": "x", "date": MONDAY}, expect=(200, 400, 429)) for _ in range(5)]
            expect(answers[-1].status == 429 and int(answers[-1].headers["Retry-After"]) >= 1, f"{name}: who asks too often is told to wait")
        return api.seen


def the_log(service):
    lines = service.log_lines()
    trail = {line["action"] for line in lines if line["event"] == "admin.change"}
    wanted = {"service.create", "service.change", "service.retire", "service.restore", "service.order", "time_slot.set", "limit.set",
              "reservation.CONFIRMED", "reservation.NO_SHOW", "patient.erase"}
    expect(wanted <= trail, f"the log is the audit trail of every kind of change {sorted(wanted - trail) or ''}")
    expect(any(line.get("by") == "front desk" for line in lines), "with the name of who did it")
    everything = str(lines)
    expect(not any(data in everything for data in ("홍길동", "1111", "필링", "1990")), "and nothing of a patient is in it")


def health_requests(api):
    counted = [line for line in api.call("metrics").body.splitlines() if line.startswith('reservations_requests_total{route="health",') and "2xx" in line]
    return sum(int(line.rsplit(" ", 1)[1]) for line in counted)


def several_threads(api, service, url):
    before = health_requests(api)
    threads = {api.call("health").body["threads"] for _ in range(40)}
    sums = {health_requests(api) - before for _ in range(10)}
    expect(threads == {2} and sums == {40}, f"whichever thread answers, the measures are those of all: {sums}")
    second = ["reservations", "serve", "--database", url, "--threads", "2"]
    done = CONTRACT.run(*second, "--listen", f"127.0.0.1:{service.port}")
    expect(done.returncode == 3 and "cannot listen" in done.stderr, "a second service on the same port is refused")
    for name, value in (("USE_DYNAMIC_SERVICES", "perhaps"), ("DYNAMIC_SERVICES_ROLLOUT_PERCENTAGE", "101")):
        done = CONTRACT.run(*second, "--listen", "127.0.0.1:0", environment={name: value})
        expect(done.returncode == 2 and name in done.stderr, f"{name}={value} is a usage error at start")


def main():
    CONTRACT.table_and_document(16)
    directory = tempfile.mkdtemp(prefix="segue-api-")
    os.chmod(directory, 0o755)
    database = os.path.join(directory, "postgresql")
    try:
        with serve("--database", "embedded:" + database, "--threads", "2", token="secret") as service:
            api = CONTRACT.api(service, ANY)
            url = CONTRACT.run("segue", "pg", "url", "--dir", database).stdout.split()[-1]
            several_threads(api, service, url)
            in_every_phase(api, url)
            seen = api.seen | without_token(url, False) | without_token(url, True) | in_haste(url)
            CONTRACT.survives(service, database, lambda: api.call("book", body=booking(preferred_date="2099-06-08"), expect=(200, 503)).status)
            the_log(service)
        CONTRACT.every_answer_was_seen(seen, NOT_PROVOKED)
        limit = {"service": "A", "daily_limit": 1, "active": True, "updated_at": "2026-01-01T00:00:00.000Z"}
        expect(api.self_test("limits", {"limits": [limit]}), "an answer that is not documented would have been found")
        expect(service.memory_kb < 32 * 1024, f"it took {service.memory_kb} kB of memory")
    finally:
        CONTRACT.run("segue", "pg", "stop", "--dir", database, "--remove")
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if CONTRACT.failed else 0


if __name__ == "__main__":
    sys.exit(main())
