"""The reservation service does what its OpenAPI document says, in every phase of the migration, on its own database.

python3 tests/e2e/reservations_api.py SOURCE_DIR BUILD_DIR

Every operation is called; every answer must have a documented status and a body that its schema allows.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE, BUILD = sys.argv[1:3]
BIN = os.path.join(BUILD, "bin")
PLAN = os.path.join(SOURCE, "plans", "hospital-services")
sys.path.insert(0, os.path.join(SOURCE, "tests", "e2e", "lib"))
sys.dont_write_bytecode = True
from openapi_client import Api, Document, Service  # noqa: E402

MONDAY, FAILED = "2099-06-01", []
# What takes a lost answer, a broken database or ten idle seconds to see.
NOT_PROVOKED = {"408", "422", "500", "503"}


def expect(holds, what):
    print(("ok   " if holds else "NO   ") + what, flush=True)
    if not holds:
        FAILED.append(what)


def segue(url, *words):
    return subprocess.run([os.path.join(BIN, "segue"), *words], text=True, capture_output=True, timeout=300,
                          env={**os.environ, "SEGUE_DATABASE": url})


def booking(**fields):
    return {"patient_name": "홍길동", "phone": "010-1111-2222", "birth_date": "1990-01-01", "gender": "FEMALE", "treatment_type": "FIRST_VISIT",
            "service": "SKIN_CARE", "preferred_date": MONDAY, "period": "AFTERNOON", **fields}


def table_and_document(document):
    printed = subprocess.run([os.path.join(BIN, "reservations"), "routes"], text=True, capture_output=True, check=True).stdout.splitlines()
    table = {tuple(line.split()) for line in printed}
    documented = {(method.upper(), path, "bearer" if operation["security"] else "anyone") for method, path, operation in document.operations()}
    expect(table == documented and len(table) > 15, f"the table of routes and the document agree on {len(table)} calls {table ^ documented or ''}")


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


def every_operation(api, document, phase):
    for method, path, operation in document.operations():
        if operation["security"]:
            api.call(operation["operationId"], path={"id": "x", "code": "X", "service": "X"}, body={}, token="wrong", expect=401)
            api.call(operation["operationId"], path={"id": "x", "code": "X", "service": "X"}, headers={"X-Admin": "x" * 101}, body={}, expect=400)
        api.call(operation["operationId"], path={"id": "x", "code": "X", "service": "X"}, headers={"X-Long": "x" * 20_000}, expect=431)
        if "requestBody" in operation:
            api.call(operation["operationId"], path={"id": "x", "code": "X", "service": "X"}, raw=b"x" * 70_000, expect=413)
            api.call(operation["operationId"], path={"id": "x", "code": "X", "service": "X"}, raw=b"{}", kind="text/plain", expect=415)
    for name in ("health", "metrics", "openapi"):
        api.call(name, expect=200)
    booked = patients(api)
    reservations(api, booked)
    services(api, phase)
    capacity(api, phase)
    personal_data(api)


def migrate(url, *words):
    done = segue(url, "run", PLAN, "--bake", "0s", *words)
    expect(done.returncode == 0, f"segue run {' '.join(words)}" + (done.stdout + done.stderr if done.returncode else ""))


def in_every_phase(api, document, url):
    every_operation(api, document, "old")
    for number in range(1, 6):
        segue(url, "approve", PLAN, "--checklist", str(number), "--reason", "test")
    migrate(url, "--to", "migrate")
    every_operation(api, document, "both")
    for phase in ("migrate", "switch"):
        segue(url, "approve", PLAN, phase, "--reason", "test")
    migrate(url)
    every_operation(api, document, "new")
    the_archive(url)


def the_archive(url):
    """The statement that the documentation gives for what an erasure does not reach."""
    with open(os.path.join(SOURCE, "docs", "reservations.md")) as file:
        statement = re.search(r"`(update segue_archive[^`]+)`", file.read())[1]
    subprocess.run(["psql", url, "-qX", "-v", "ON_ERROR_STOP=1", "-c", statement], check=True)
    left = subprocess.run(["psql", url, "-qAtXc", "select count(*) from segue_archive.\"hospital-services reservations\" a join reservations r on "
                           "r.id = a.key[1] where r.phone = '' and a.\"preferredTime\" not in ('09:00', '14:00')"], text=True, capture_output=True)
    expect(left.stdout.strip() == "0", "the documented statement clears the archive of an erased patient's words")


def without_token(document, url, legacy):
    with Service(BIN, "--database", url, *(["--legacy"] if legacy else []), token="") as service:
        api = Api(document, service, FAILED)
        for _, _, operation in document.operations():
            if operation["security"]:
                gone = legacy and operation["operationId"].startswith(("service", "time_slot"))
                api.call(operation["operationId"], path={"id": "x", "code": "X", "service": "X"}, body={}, expect=404 if gone else 403, documented=not gone)
        expect(api.call("health").body["mode"] == ("legacy" if legacy else "normal"), "health tells the mode")
        return api.seen


def in_haste(document, url):
    with Service(BIN, "--database", url, "--rate-limit", "3", token="") as service:
        api = Api(document, service, FAILED)
        for name in ("book", "availability", "public_services"):
            answers = [api.call(name, body=booking() if name == "book" else None, query={"service": "x", "date": MONDAY}, expect=(200, 400, 429)) for _ in range(5)]
            expect(answers[-1].status == 429 and int(answers[-1].headers["Retry-After"]) >= 1, f"{name}: who asks too often is told to wait")
        return api.seen


def survives(api, service, directory):
    with open(os.path.join(directory, "data", "postmaster.pid")) as file:
        os.kill(int(file.readline()), signal.SIGKILL)
    statuses = []
    for _ in range(300):
        statuses.append(api.call("book", body=booking(preferred_date="2099-06-08"), expect=(200, 503)).status)
        if statuses[-1] == 200 and len(statuses) > 1:
            break
        time.sleep(0.1)
    expect(statuses[-1] == 200, "the database was killed, and bookings go on without a restart of the service")
    expect(service.stop() == 0, "SIGTERM ends the service with status 0")
    expect(not os.path.exists(os.path.join(directory, "data", "postmaster.pid")), "and its database with it")


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
    second = [os.path.join(BIN, "reservations"), "serve", "--database", url, "--threads", "2"]
    done = subprocess.run([*second, "--listen", f"127.0.0.1:{service.port}"], text=True, capture_output=True, timeout=60)
    expect(done.returncode == 3 and "cannot listen" in done.stderr, "a second service on the same port is refused")
    for name, value in (("USE_DYNAMIC_SERVICES", "perhaps"), ("DYNAMIC_SERVICES_ROLLOUT_PERCENTAGE", "101")):
        done = subprocess.run([*second, "--listen", "127.0.0.1:0"], text=True, capture_output=True, timeout=60, env={**os.environ, name: value})
        expect(done.returncode == 2 and name in done.stderr, f"{name}={value} is a usage error at start")


def main():
    document = Document(os.path.join(SOURCE, "docs", "openapi", "reservations.json"))
    table_and_document(document)
    directory = tempfile.mkdtemp(prefix="segue-api-")
    os.chmod(directory, 0o755)
    database = os.path.join(directory, "postgresql")
    try:
        with Service(BIN, "--database", "embedded:" + database, "--threads", "2", token="secret") as service:
            api = Api(document, service, FAILED)
            url = segue("", "pg", "url", "--dir", database).stdout.split()[-1]
            several_threads(api, service, url)
            in_every_phase(api, document, url)
            seen = api.seen | without_token(document, url, False) | without_token(document, url, True) | in_haste(document, url)
            survives(api, service, database)
            the_log(service)
        missing = {(o["operationId"], status) for _, _, o in document.operations() for status in o["responses"] if status not in NOT_PROVOKED} - seen
        expect(not missing, f"every documented answer was given once {sorted(missing) or ''}")
        expect(api.self_test(), "an answer that is not documented would have been found")
        expect(service.memory_kb < 32 * 1024, f"it took {service.memory_kb} kB of memory")
    finally:
        segue("", "pg", "stop", "--dir", database, "--remove")
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
