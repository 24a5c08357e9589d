"""Traffic against a service that loses answers on purpose: each intent is booked once, also when traffic itself is killed.

python3 tests/nodb/traffic_repeats.py SOURCE_DIR BUILD_DIR
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TRAFFIC = os.path.join(sys.argv[2], "bin", "traffic")
FAILED = []


def expect(holds, what):
    print(("ok   " if holds else "NO   ") + what, flush=True)
    if not holds:
        FAILED.append(what)


class Clinic:
    """Books each key once, and does not always say so."""

    def __init__(self):
        self.lock, self.chance = threading.Lock(), random.Random(5)
        self.booked, self.asked, self.statuses = {}, {}, {}

    def book(self, key, body):
        """The answer to give; None: the connection breaks."""
        with self.lock:
            self.asked.setdefault(key, set()).add(body)
            fate = self.chance.choice(["told"] * 6 + ["lost", "in doubt", "in doubt, not done", "broken", "unavailable"])
            if fate in ("broken", "in doubt, not done", "unavailable"):
                return {"broken": None, "unavailable": (503, {"error": "unavailable"})}.get(fate, (503, {"error": "in_doubt"}))
            number = self.booked.setdefault(key, len(self.booked))
            if fate != "told":
                return None if fate == "lost" else (503, {"error": "in_doubt"})
        wish = json.loads(body)
        return 200, {"success": True, "variant": "old", "reservation": {
            "id": f"r{number}", "status": "PENDING", "preferred_date": wish["preferred_date"],
            "preferred_time": wish.get("preferred_time", "09:00")}}

    def change(self, number, body):
        with self.lock:
            self.statuses.setdefault(number, []).append(json.loads(body)["status"])
            return None if self.chance.random() < 0.3 else (200, {"success": True, "id": number})

    def look(self):
        with self.lock:
            return None if self.chance.random() < 0.2 else (200, {"variant": "new"})


class Forgetful(Clinic):
    """Does the first try and does not say so, then claims that nothing was changed."""

    def book(self, key, body):
        with self.lock:
            first = key not in self.booked
            self.booked.setdefault(key, len(self.booked))
            return None if first else (503, {"error": "unavailable"})


def serve(clinic):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self, answer):
            if answer is None:
                self.close_connection = True
                return
            body = json.dumps(answer[1]).encode()
            self.wfile.write(b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n" % (answer[0], len(body)) + body)

        def do_GET(self):
            self.reply(clinic.look())

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path.endswith("/status"):
                self.reply(clinic.change(self.path.split("/")[-2], body))
            else:
                self.reply(clinic.book(self.headers["Idempotency-Key"], body))

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):  # a client that was killed
            pass

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


def traffic(target, ledger, *options):
    return subprocess.Popen([TRAFFIC, "run", "--target", target, "--ledger", ledger, "--rate", "80", "--token", "t", "--json", *options],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def lines_of(ledger, op):
    found = []
    with open(ledger) as file:
        for line in file:
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # cut by a kill
            if entry["op"] == op:
                found.append(entry)
    return found


def lost_answers(directory):
    clinic = Clinic()
    server, target = serve(clinic)
    ledger = os.path.join(directory, "repeats.jsonl")
    done = json.loads(traffic(target, ledger, "--seconds", "4").communicate(timeout=120)[0])
    told = {line["key"]: line["id"] for line in lines_of(ledger, "book")}
    expect(done["failed"] == 0 and done["repeated"] > 20, f"every request has an answer in the end ({done['repeated']} were sent again)")
    expect(len(told) == done["booked"] > 20, "the ledger has one outcome for each booking")
    expect(told == {key: f"r{number}" for key, number in clinic.booked.items()}, "what was booked is what was told, by key and id")
    expect(all(len(bodies) == 1 for bodies in clinic.asked.values()), "a key never stands for two wishes")
    once = json.loads(traffic(target, os.path.join(directory, "once.jsonl"), "--seconds", "2", "--no-retry").communicate(timeout=60)[0])
    expect(once["failed"] > 0 and once["repeated"] == 0 and once["tries"] == once["sent"], "with --no-retry nothing is sent again, and it fails")
    expect(len(lines_of(os.path.join(directory, "once.jsonl"), "lost")) == once["answers_lost"] > 0, "and the ledger says what may be done")
    server.shutdown()


def never_resolved(directory):
    clinic = Forgetful()
    server, target = serve(clinic)
    ledger = os.path.join(directory, "forgetful.jsonl")
    done = json.loads(traffic(target, ledger, "--seconds", "1", "--tries", "3").communicate(timeout=60)[0])
    lost = {line["what"] for line in lines_of(ledger, "lost")}
    expect(set(clinic.booked) <= lost and done["answers_lost"] >= len(clinic.booked) > 0,
           "a booking whose first try may have been done stays unknown, whatever the later tries were told")
    server.shutdown()


def killed(directory):
    clinic = Clinic()
    server, target = serve(clinic)
    ledger = os.path.join(directory, "killed.jsonl")
    chance = random.Random(8)
    for _ in range(6):
        process = traffic(target, ledger, "--seconds", "0")
        time.sleep(chance.uniform(0.2, 0.9))
        process.kill()
        process.communicate()
    with open(ledger, "a") as file:
        file.write('{"at":"2026-')  # as if the last kill had come within a write
    done = traffic(target, ledger, "--seconds", "1")
    output = done.communicate(timeout=120)[0]
    expect(done.returncode == 0 and json.loads(output)["booked"] > 0, "after six kills the run goes on with the same ledger")
    asked = [line["key"] for line in lines_of(ledger, "ask")]
    expect(len(asked) == len(set(asked)) and [line["number"] for line in lines_of(ledger, "ask")] == list(range(1, len(asked) + 1)),
           "and with the next number: no key comes twice")
    expect(set(clinic.asked) <= set(asked), "nothing was sent that the ledger does not know of")
    expect(all(len(bodies) == 1 for bodies in clinic.asked.values()), "a key never stands for two wishes, over all the runs")
    expect(all(f"r{clinic.booked[line['key']]}" == line["id"] for line in lines_of(ledger, "book")), "what it was told is what was booked")
    changes = {}
    for line in lines_of(ledger, "change"):
        changes.setdefault(line["id"], set()).add(line["status"])
    expect(all(set(seen) <= changes.get(number, set()) for number, seen in clinic.statuses.items()), "no status was asked for without a line")
    server.shutdown()


def main():
    with tempfile.TemporaryDirectory(prefix="segue-traffic-") as directory:
        lost_answers(directory)
        never_resolved(directory)
        killed(directory)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
