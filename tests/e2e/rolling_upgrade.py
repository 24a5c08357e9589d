"""Instances that know only the old path are replaced, one after the other, while the plan expands and migrates under traffic.

python3 tests/e2e/rolling_upgrade.py SOURCE_DIR BUILD_DIR
"""
import os
import sys
import time

SOURCE, BUILD = sys.argv[1:3]
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "tests", "support"))
from stage import Service, Stage  # noqa: E402

FAILED = []


def expect(holds, what):
    print(("ok   " if holds else "NO   ") + what, flush=True)
    if not holds:
        FAILED.append(what)


def upgrade(stage, services):
    """Both phases run while each instance is drained and its successor takes its address."""
    stage.answer_checklist()
    migration = stage.background("migration", "segue", "run", stage.plan, "--to", "migrate")
    for service in services:
        service.drain()
        service.start()
        service.wait_until_healthy()
        time.sleep(1)  # patients come back to it before the next one goes
    output, _ = migration.communicate(timeout=120)
    expect(migration.returncode == 0, "expand and migrate run to their end meanwhile")
    if migration.returncode != 0:
        print(output)


def main():
    with Stage(SOURCE, BUILD) as stage:
        stage.open_hospital(3000)
        legacy = stage.knows_legacy()
        print("the first instances: " + ("serve --legacy" if legacy else "serve, as this build has no --legacy"))
        services = [Service(stage, name, legacy) for name in ("first", "second")]
        patients = stage.traffic(services, "windows.json", "--rate", "60", "--days", "60", "--hot-share", "10%")
        time.sleep(2)
        upgrade(stage, services)
        stage.approve("migrate")
        stage.run_to("switch")
        time.sleep(2)
        done = stage.stop_traffic(patients)
        for service in services:
            service.drain()
        expect(done["failed"] == 0, f"no request failed, of {done['sent']} ({done['repeated']} were sent more than once): {done['failures']}")
        expect(done["old"] > 0 and done["new"] > 0, f"patients booked by the old path ({done['old']}) and by the new one ({done['new']})")
        audit = stage.audit()
        expect(audit["ok"] and audit["acknowledged"] == done["booked"] > 0,
               f"the audit of {audit['acknowledged']} bookings finds nothing: {audit['differences'][:5]}")
        expect(not audit["not_checkable"], "and could check everything")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
