"""The free text in the hospital's demo: what each rule reads, who decides the rest, and what is left over.

Does: profile, a front desk that writes strange times the old way, decisions through a spreadsheet, a watcher; figures for the report.
Does not: look into rows; it counts, as a person on duty would.
"""
import csv
import json
import signal
import subprocess
import threading

# What the front desk types while everything runs, and what it answers when asked. The last two are for a reader, the others for people.
STRANGE = {"퇴근하고 바로": "AFTERNOON", "when the band stops": "AFTERNOON", "첫차 타고": "MORNING", "3:47 PM": None, "오후 4시 7분": None}
ROWS_EACH = 8


def ask(url, statement):
    """One value of one row."""
    return subprocess.run(["psql", url, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement], text=True, stdout=subprocess.PIPE, check=True).stdout.strip()


def left_over(segue, url):
    """What must be zero at the end. `segue`: runs a segue command on the plan and gives its --json output."""
    undecided = segue("review", "list", "--json")["texts"]
    return {"texts nobody has decided": len(undecided), "rows with a provisional meaning": sum(text["rows"] for text in undecided),
            "texts that wait to be read": int(ask(url, "select count(*) from segue.value_seen"))}


class Watcher:
    """`segue watch` beside the application, and what it says."""

    def __init__(self, process):
        self.process, self.events = process, []
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def stop(self):
        """Its exit status, when all it said is read."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.thread.join()
        return status

    def figures(self):
        healed = [event for event in self.events if event["event"] == "healed" and event["texts"] > 0]
        return {"read": sum(event["texts"] - event["unreadable"] for event in healed), "for people": sum(event["unreadable"] for event in healed),
                "longest": max([event["waitedMs"] for event in healed] or [0])}


def strange_writes(url):
    """The old application changes the time of bookings that are past: nobody's slot. Returns the rows written."""
    for text in STRANGE:
        ask(url, f"""update reservations set "preferredTime" = '{text}' where id in (select id from reservations
            where "preferredDate" < current_date and "preferredTime" <> all (array[{", ".join(f"'{t}'" for t in STRANGE)}]) order by id limit {ROWS_EACH})""")
    return int(ask(url, f"""select count(*) from reservations where "preferredTime" = any (array[{", ".join(f"'{t}'" for t in STRANGE)}])"""))


def fill_in(path):
    """What people do with the spreadsheet. Returns the number of lines."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["meaning"] = STRANGE.get(row["text"]) or "MORNING"
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys() if rows else ["text", "meaning"])
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


class Story:
    """What the report tells about the texts."""

    def __init__(self):
        self.profile, self.decided, self.provisional, self.written, self.watched, self.left = None, 0, 0, 0, {}, {}

    def checks(self):
        live = self.watched.get("read", 0) + self.watched.get("for people", 0)
        checks = [("strange texts met while patients booked", f"{live:,}, at least {len(STRANGE):,}", live >= len(STRANGE)),
                  ("rows provisional until somebody decided", f"{self.provisional:,}", self.provisional > 0),
                  ("texts decided by people", f"{self.decided:,}", self.decided > 0)]
        return checks + [(what, f"{found:,}", found == 0) for what, found in self.left.items()]

    def lines(self):
        rows = self.profile["rows"]
        lines = [f"texts of {self.profile['table']}.{self.profile['column']}: {self.profile['distinct']:,} in {rows:,} rows", "",
                 f"{'    read by':<42}{'certainty':<14}{'rows':>11}{'share':>10}"]
        for rule in self.profile["rules"]:
            lines.append(f"    {rule['rule']:<38}{rule['certainty']:<14}{rule['rows']:>11,}{100 * rule['rows'] / max(1, rows):>8.2f} %")
        return lines + ["", f"    {self.written:,} rows got a strange text while patients booked; segue watch read {self.watched['read']:,} new texts at once and left "
                            f"{self.watched['for people']:,} to people,", f"    and their rows were right after {self.watched['longest']:,} ms at most; "
                            f"{self.provisional:,} rows stayed provisional until people had decided {self.decided:,} texts"]

    def values(self):
        return {"rows": self.profile["rows"], "rules": self.profile["rules"], "provisional": self.provisional, "decided": self.decided, "written": self.written,
                "watched": self.watched, "left": self.left}
