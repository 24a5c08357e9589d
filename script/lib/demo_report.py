"""The demo's report: what happened in each part of the run, and the zeros that must be zeros."""
import contextlib
import json
import subprocess
import time


class Segment:
    """A part of the run: from when to when, and what segue did in it."""

    def __init__(self, name):
        self.name, self.begin, self.end = name, time.time(), 0.0
        self.rows, self.lock_ms = 0, None

    def add_steps(self, steps):
        self.rows = max([step["rows"] for step in steps] or [0])
        self.lock_ms = max([step["longestLockWaitMs"] for step in steps] or [0])


class Report:
    def __init__(self, windows, traffic_program, title=""):
        self.windows, self.traffic_program, self.title = windows, traffic_program, title
        self.segments, self.zeros = [], []
        self.compared, self.disagree = 0, 0
        self.summary, self.audited, self.compared_answers = None, None, None
        self.texts = None  # of a plan that reads free text: demo_texts.Story

    @contextlib.contextmanager
    def segment(self, name):
        segment = Segment(name)
        yield segment
        segment.end = time.time()
        self.segments.append(segment)

    def disagreeing(self, found, rows):
        self.disagree += found
        self.compared = max(self.compared, rows)

    def differing(self, found_and_compared):
        """Answers of both paths that the service compared itself."""
        self.compared_answers = found_and_compared

    def traffic(self, summary):
        self.summary = summary

    def audit(self, result):
        self.audited = result

    def requests(self, segment):
        """Requests that were due in the segment; whole seconds, so that no second is counted twice."""
        output = subprocess.run([self.traffic_program, "stats", "--windows", self.windows, "--from", str(int(segment.begin)), "--to",
                                 str(max(int(segment.end), int(segment.begin) + 1)), "--json"],
                                check=True, stdout=subprocess.PIPE, text=True).stdout
        return json.loads(output)

    def checks(self):
        """(name, found, must hold) of everything that decides."""
        counts = self.audited["counts"]
        acknowledged, missing = self.audited["acknowledged"], counts.get("missing", 0)
        checks = [("requests failed", f"{self.summary['failed']:,} of {self.summary['sent']:,}", self.summary["failed"] == 0),
                  ("rows where old and new disagree", f"{self.disagree:,} of {self.compared:,}",
                   self.disagree == 0 and self.compared > 0),
                  ("acknowledged rows found in the database", f"{acknowledged - missing:,} of {acknowledged:,}",
                   missing == 0 and acknowledged > 0)]
        checks += [(self.audited["meanings"][kind], f"{count:,}", count == 0) for kind, count in counts.items() if kind != "missing"]
        if self.compared_answers:
            found, compared = self.compared_answers
            checks.append(("answers of old and new path that differ", f"{found:,} of {compared:,}", found == 0 and compared > 0))
        if self.texts:
            checks += self.texts.checks()
        checks += [("not checkable", reason, False) for reason in self.audited["not_checkable"]]
        return checks

    def holds(self):
        return all(holds for _, _, holds in self.checks())

    def values(self):
        segments = [{"name": s.name, "seconds": s.end - s.begin, "rows": s.rows, "longestLockWaitMs": s.lock_ms,
                     "requests": self.requests(s)} for s in self.segments]
        return {"segments": segments, "holds": self.holds(), "texts": self.texts.values() if self.texts else None,
                "checks": [{"name": name, "found": found, "holds": holds} for name, found, holds in self.checks()]}

    def text(self):
        lines = [f"segue demo: {self.title}", "",
                 f"{'part':<30}{'time':>8}{'rows':>11}{'lock wait':>11}{'requests':>10}{'failed':>8}{'p50':>9}{'p99':>9}"]
        for segment in self.segments:
            stats = self.requests(segment)
            lock = "-" if segment.lock_ms is None else f"{segment.lock_ms:.1f} ms"
            rows = f"{segment.rows:,}" if segment.rows else "-"
            lines.append(f"{segment.name:<30}{segment.end - segment.begin:>6.1f} s{rows:>11}{lock:>11}{stats['sent']:>10,}"
                         f"{stats['failed']:>8,}{self.ms(stats['p50_ms']):>9}{self.ms(stats['p99_ms']):>9}")
        if self.texts:
            lines += [""] + self.texts.lines()
        lines += ["", f"{'':4}{'what must hold':<52}found"]
        lines += [f"{'ok ' if holds else 'NO '} {name:<52}{found}" for name, found, holds in self.checks()]
        lines += ["", "lock wait: the longest any statement of the application can have waited for a lock of segue",
                  "every zero holds" if self.holds() else "NOT everything holds"]
        return "\n".join(lines)

    @staticmethod
    def ms(value):
        return "-" if value is None else f"{value:.1f} ms"
