// What a wrong plan is told: exact place, what was expected, what was found.
#include "plan_support.hpp"

using namespace plan_test;

namespace {

struct Bad { const char* yaml; const char* message; };

void check_all(const std::vector<Bad>& plans, const std::string& before = "", const std::string& after = "") {
  for (const auto& bad : plans) {
    const auto yaml = before + bad.yaml + after;
    CAPTURE(yaml);
    CHECK(refusal(yaml).message == bad.message);
  }
}

const std::string some_phases = "\nphases: [{name: a, steps: [{sql: a.sql}]}]\n";

}  // namespace

TEST_CASE("wrong heads of plans are refused at their place") {
  check_all({
      {"- a\n", "plan.yaml:1:1: expected a mapping (plan), got a list"},
      {"phases: [{name: a, steps: [{sql: a.sql}]}]\n", "plan.yaml:1:1: expected key \"plan\" in plan, got none"},
      {"plan: p\n", "plan.yaml:1:1: expected key \"phases\" in plan, got none"},
      {"plan: p\nphasse: []\n", "plan.yaml:2:1: unknown key \"phasse\"; did you mean \"phases\"?"},
      {"plan: p\nzzz: []\n", "plan.yaml:2:1: unknown key \"zzz\""},
      {"plan: Big\n", "plan.yaml:1:7: expected a name of at most 40 of a-z, 0-9, _ and -, beginning with a letter or digit, got \"Big\""},
      {"plan:\n", "plan.yaml:1:6: expected a name, got nothing"},
      {"plan: p\ntitle: [a]\nphases: []\n", "plan.yaml:2:8: expected a title, got a list"},
      {"plan: p\nschema: a.b\nphases: []\n", "plan.yaml:2:9: expected a table name without a schema, got \"a.b\""},
      {"plan: p\ncontacts: [{role: dba}]\n", "plan.yaml:2:12: expected key \"reach\" in contact, got none"},
      {"plan: p\nchecklist: [a, b, a]\n", "plan.yaml:2:19: expected each checklist item once, got \"a\""},
      {"plan: p\nchecklist: []\n", "plan.yaml:2:12: expected a list of checklist items, got an empty list"},
      {"plan: p\nphases: []\n", "plan.yaml:2:9: expected a list of phases, got an empty list"},
      {"plan: p\nphases:\n", "plan.yaml:2:8: expected a list of phases, got nothing"},
  });
}

TEST_CASE("an unknown key names the keys that are known") {
  const auto answer = refusal("plan: p\nphases:\n  - name: a\n    stpes: []\n");
  CHECK(answer.message == "plan.yaml:4:5: unknown key \"stpes\"; did you mean \"steps\"?");
  CHECK(answer.hint == "known keys: name, title, irreversible, steps, checks, gate");
}

TEST_CASE("wrong limits are refused: a lock timeout of zero would wait for ever") {
  check_all({
      {"{lock timeout: 0ms}", "plan.yaml:2:24: expected a duration above 0 and up to 600000ms, got \"0ms\""},
      {"{lock timeout: 20min}", "plan.yaml:2:24: expected a duration above 0 and up to 600000ms, got \"20min\""},
      {"{lock budget: 25h}", "plan.yaml:2:23: expected a duration above 0 and up to 86400000ms, got \"25h\""},
      {"{lock budget: 50ms}", "plan.yaml:2:23: expected at least the lock timeout, 100ms, got \"50ms\""},
      {"{lock timeout: 100}", "plan.yaml:2:24: expected a duration such as 500ms, 10s, 5min or 24h, got \"100\""},
      {"{lock timeout: 1 s}", "plan.yaml:2:24: expected a duration such as 500ms, 10s, 5min or 24h, got \"1 s\""},
      {"{lock timeout: 9999999999h}", "plan.yaml:2:24: expected a duration such as 500ms, 10s, 5min or 24h, got \"9999999999h\""},
      {"{lock timeout: -5s}", "plan.yaml:2:24: expected a duration such as 500ms, 10s, 5min or 24h, got \"-5s\""},
      {"{replica lag: 0s}", "plan.yaml:2:23: expected a duration above 0 and up to 86400000ms, got \"0s\""},
      {"{slot backlog: 10}", "plan.yaml:2:24: expected a size above 0 such as 512kB, 500MB, 200GB or 2TB, got \"10\""},
      {"{slot backlog: 0GB}", "plan.yaml:2:24: expected a size above 0 such as 512kB, 500MB, 200GB or 2TB, got \"0GB\""},
      {"{disk: 9999999999GB}", "plan.yaml:2:16: expected a size above 0 such as 512kB, 500MB, 200GB or 2TB, got \"9999999999GB\""},
      {"{oldest xmin: 0}", "plan.yaml:2:23: expected a whole number from 1 to 2000000000, got \"0\""},
      {"{locktimeout: 5s}", "plan.yaml:2:10: unknown key \"locktimeout\"; did you mean \"lock timeout\"?"},
  }, "plan: p\nlimits: ", some_phases);
}

TEST_CASE("wrong values are refused at their place") {
  const std::string head = "plan: p\nvalues:\n  ", tail = some_phases;
  check_all({
      {"a-b: {}", "plan.yaml:3:3: expected a name of a-z, 0-9 and _ that begins with a letter, got \"a-b\""},
      {"9a: {}", "plan.yaml:3:3: expected a name of a-z, 0-9 and _ that begins with a letter, got \"9a\""},
      {"v: {reader: time-of-day}", "plan.yaml:3:6: expected key \"column\" in value, got none"},
      {"v: {column: wish}", "plan.yaml:3:15: expected a column, written table.column, got \"wish\""},
      {"v: {column: s.t.c}", "plan.yaml:3:15: expected a table or table.column without a schema, got \"s.t.c\""},
      {"v: {column: '\"t.c'}", "plan.yaml:3:15: expected a table or table.column, got \"\"t.c\""},
      {"v: {column: t c}", "plan.yaml:3:15: expected a table or table.column, got \"t c\""},
      {"v: {column: t.}", "plan.yaml:3:15: expected a table or table.column, got \"t.\""},
      {"v: {column: t.c, reader: time-of-dya, becomes: {}}", "plan.yaml:3:28: unknown reader \"time-of-dya\"; did you mean \"time-of-day\"?"},
  }, head, tail);
  check_all({
      {"{}", "plan.yaml:3:50: expected at least one before \"HH:MM\", got none"},
      {"{otherwise: B}", "plan.yaml:3:50: expected at least one before \"HH:MM\", got none"},
      {"{before \"12:00\": A}", "plan.yaml:3:50: expected key \"otherwise\" in becomes, got none"},
      {"{befor \"12:00\": A, otherwise: B}", "plan.yaml:3:51: expected before \"HH:MM\" or otherwise, got \"befor \"12:00\"\""},
      {"{before \"25:00\": A, otherwise: B}", "plan.yaml:3:51: expected before \"HH:MM\" or otherwise, got \"before \"25:00\"\""},
      {"{before \"12:60\": A, otherwise: B}", "plan.yaml:3:51: expected before \"HH:MM\" or otherwise, got \"before \"12:60\"\""},
      {"{before \"12:00\": A, before \"10:00\": C, otherwise: B}", "plan.yaml:3:70: expected a time after \"12:00\", got \"before \"10:00\"\""},
      {"{before \"12:00\": , otherwise: B}", "plan.yaml:3:67: expected a meaning, got nothing"},
  }, head + "v: {column: t.c, reader: time-of-day, becomes: ", "}" + tail);
  check_all({
      {"hours: 9-18", "plan.yaml:6:12: expected opening hours such as \"09:00-18:00\", got \"9-18\""},
      {"hours: 18:00-09:00", "plan.yaml:6:12: expected opening hours such as \"09:00-18:00\", got \"18:00-09:00\""},
      {"unreadable: MORNING", "plan.yaml:6:17: expected a mapping (unreadable), got \"MORNING\""},
      {"unreadable: {live: ERLY}", "plan.yaml:6:24: expected one of the meanings EARLY, LATE, got \"ERLY\"; did you mean \"EARLY\"?"},
      {"decided: {noon: NOON}", "plan.yaml:6:21: expected one of the meanings EARLY, LATE, got \"NOON\""},
      {"hours: \"09:00-12:00, 11:00-18:00\"", "plan.yaml:6:12: expected opening hours such as \"09:00-18:00\", got \"09:00-12:00, 11:00-18:00\""},
      {"languages: [xx]", "plan.yaml:3:3: unknown language \"xx\""},
      {"country: KR", "plan.yaml:6:5: unexpected key \"country\" of reader \"time-of-day\""},
      {"decided: [noon]", "plan.yaml:6:14: expected a mapping of raw texts to meanings, got a list"},
  }, "plan: p\nvalues:\n  v:\n    column: t.c\n    reader: time-of-day\n    ", "\n    becomes: {before \"12:00\": EARLY, otherwise: LATE}" + tail);
}

TEST_CASE("wrong readers, and settings that are not theirs, are refused at their place") {
  check_all({
      {"becomes: {}}", "plan.yaml:3:6: expected key \"reader\" or \"expression\" in value, got none"},
      {"reader: enum}", "plan.yaml:3:6: expected key \"labels\" in value, got none"},
      {"reader: enum, labels: {}}", "plan.yaml:3:42: expected at least one label, got none"},
      {"reader: enum, labels: {A: a}}", "plan.yaml:3:46: expected a list of synonyms, got \"a\""},
      {"reader: enum, labels: {A: [x], B: [X]}}", "plan.yaml:3:3: \"X\" stands for \"A\" and for \"B\""},
      {"reader: enum, labels: {A: [], B: [b]}, decided: {x: C}}", "plan.yaml:3:72: expected one of the meanings A, B, got \"C\"; did you mean \"A\"?"},
      {"reader: integer, least: x}", "plan.yaml:3:44: expected a whole number from -9223372036854775808 to 9223372036854775807, got \"x\""},
      {"reader: integer, least: 5, most: 4}", "plan.yaml:3:53: expected a whole number from 5 to 9223372036854775807, got \"4\""},
      {"reader: integer, most: 9, unreadable: {live: 10}}", "plan.yaml:3:65: expected a meaning that reader \"integer\" could give, got \"10\""},
      {"reader: date, order: american}", "plan.yaml:3:41: expected day-first or month-first, got \"american\""},
      {"reader: date, decided: {x: 1.2.2024}}", "plan.yaml:3:47: expected a meaning that reader \"date\" could give, got \"1.2.2024\""},
      {"reader: date, decided: {x: 2024/02/01}}", "plan.yaml:3:47: expected the meaning as the reader writes it, \"2024-02-01\", got \"2024/02/01\""},
      {"reader: phone, country: XX}", "plan.yaml:3:3: unknown country \"XX\""},
      {"reader: boolean, unreadable: {live: yes}}", "plan.yaml:3:56: expected one of the meanings true, false, got \"yes\""},
      {"reader: boolean, hours: 09:00-18:00}", "plan.yaml:3:37: unexpected key \"hours\" of reader \"boolean\""},
      {"expression: lower(raw), reader: enum}", "plan.yaml:3:44: expected one of reader and expression, got both"},
      {"expression: lower(raw), languages: [ko]}", "plan.yaml:3:44: unexpected key \"languages\" beside expression"},
  }, "plan: p\nvalues:\n  v: {column: t.c, ", some_phases);
}

TEST_CASE("wrong mappings are refused at their place") {
  check_all({
      {"{new: {set: {a: old.b}}}", "plan.yaml:3:6: expected key \"old\" in mapping, got none"},
      {"{new: {set: {}}, old: {set: {b: new.a}}}", "plan.yaml:3:18: expected a mapping of columns to SQL expressions, got an empty mapping"},
      {"{new: {set: {a: }}, old: {set: {b: new.a}}}", "plan.yaml:3:22: expected a SQL expression, got nothing"},
      {"{new: {set: {a: old.b}}, old: {set: {a: new.b}}}",
       "plan.yaml:3:43: expected a column of the old side only, got \"a\", which the new side sets too"},
      {"{new: {set: {a: old.b}, otherwise: {aa: '1'}}, old: {set: {b: new.a}}}", "plan.yaml:3:42: expected a column of set, got \"aa\"; did you mean \"a\"?"},
      {"{new: {set: {a: old.b}}, old: {set: {b: new.a}}, snapshot: [c]}", "plan.yaml:3:66: expected a column of set, got \"c\"; did you mean \"a\"?"},
      {"{new: {set: {a: old.b}}, old: {set: {b: new.a}}, snapshot: [a, a]}", "plan.yaml:3:69: expected each column once, got \"a\""},
      {"{new: {sets: {a: old.b}}, old: {set: {b: new.a}}}", "plan.yaml:3:13: unknown key \"sets\"; did you mean \"set\"?"},
      {"{table: a.b, new: {set: {a: old.b}}, old: {set: {b: new.a}}}", "plan.yaml:3:14: expected a table name without a schema, got \"a.b\""},
      {"{new: {set: {a: value(nix)}}, old: {set: {b: new.a}}}", "plan.yaml:3:12: unknown value \"nix\""},
      {"{new: {set: {a: \"'value(nix)' || old.b\"}}, old: {set: {b: value(nix)}}}",
       "plan.yaml:3:54: expected value(nix) in set: of the new side only, got it elsewhere"},
      {"{new: {set: {a: old.b}, otherwise: {a: value(nix)}}, old: {set: {b: new.a}}}",
       "plan.yaml:3:12: expected value(nix) in set: of the new side only, got it elsewhere"},
  }, "plan: p\nmappings:\n  m: ", some_phases);
}

TEST_CASE("SQL in a mapping that is not one expression is refused at its place") {
  const auto at = [](const std::string& mapping) {
    return refusal("plan: p\nmappings:\n  m: " + mapping + some_phases).message.substr(0, 15);
  };
  CHECK(at("{new: {set: {a: old.b old.c ::}}, old: {set: {b: new.a}}}") == "plan.yaml:3:35:");
  CHECK(at("{new: {set: {a: \"old.b); DROP TABLE x; --\"}}, old: {set: {b: new.a}}}") == "plan.yaml:3:22:");
  CHECK(at("{new: {from: services s ONN, set: {a: old.b}}, old: {set: {b: new.a}}}") == "plan.yaml:3:19:");
}

TEST_CASE("a value belongs to the table of the mapping that uses it") {
  const auto yaml = "plan: p\n" + value_period +
                    "mappings:\n  other: {new: {set: {period: value(period)}}, old: {set: {wish: new.period}}}" + some_phases;
  CHECK(refusal(yaml).message ==
        "plan.yaml:8:16: expected a value of table \"other\", got \"period\", which is read from table \"bookings\"");
}

TEST_CASE("wrong phases and steps are refused at their place") {
  check_all({
      {"{name: a}", "plan.yaml:3:5: expected key \"steps\" in phase, got none"},
      {"{name: a, steps: []}", "plan.yaml:3:22: expected a list of steps, got an empty list"},
      {"{name: a, irreversible: yes, steps: [{sql: a.sql}]}", "plan.yaml:3:29: expected true or false, got \"yes\""},
      {"{name: a, steps: [sql]}", "plan.yaml:3:23: expected a mapping (step), got \"sql\""},
      {"{name: a, steps: [{}]}", "plan.yaml:3:23: expected a step, got none of its kinds"},
      {"{name: a, steps: [{slq: a.sql}]}", "plan.yaml:3:24: unknown key \"slq\"; did you mean \"sql\"?"},
      {"{name: a, steps: [{sql: a.sql, sync: m}]}", "plan.yaml:3:23: expected one kind of step, got \"sql\" and \"sync\""},
      {"{name: a, steps: [{sql: a.sql, workers: 3}]}", "plan.yaml:3:36: unknown key \"workers\""},
      {"{name: a, steps: [{sql: none.sql}]}", "plan.yaml:3:29: expected a file in the plan's folder, got \"none.sql\""},
      {"{name: a, steps: [{sql: a.sql, undo: none.sql}]}", "plan.yaml:3:42: expected a file in the plan's folder, got \"none.sql\""},
      {"{name: a, steps: [{sql: ../a.sql}]}", "plan.yaml:3:29: expected a file inside the plan's folder, got \"../a.sql\""},
      {"{name: a, steps: [{sql: /etc/passwd}]}", "plan.yaml:3:29: expected a file inside the plan's folder, got \"/etc/passwd\""},
      {"{name: a, steps: [{sql: .}]}", "plan.yaml:3:29: expected a file in the plan's folder, got \".\""},
      {"{name: a, steps: [{sql: a.sql}, {sql: a.sql}]}", "plan.yaml:3:37: duplicate step \"sql a.sql\" in phase \"a\""},
      {"{name: a, steps: [{sql: a.sql}, {name: sql a.sql, sql: b.sql}]}", "plan.yaml:3:37: duplicate step \"sql a.sql\" in phase \"a\""},
      {"{name: a, steps: [{sql: a.sql}]}\n  - {name: a, steps: [{sql: a.sql}]}", "plan.yaml:4:5: duplicate phase \"a\""},
      {"{name: a, steps: [{require: {table: t, columns: [c, c]}}]}", "plan.yaml:3:57: expected each column once, got \"c\""},
      {"{name: a, steps: [{retire: [t.c, t]}]}", "plan.yaml:3:38: expected each table or column once, got \"t\""},
      {"{name: a, steps: [{drop: [t.c]}]}", "plan.yaml:3:23: expected archive: true, got a drop that cannot be taken back in a phase that can"},
      {"{name: a, steps: [{drop: [t.c], archive: false}]}", "plan.yaml:3:23: expected archive: true, got a drop that cannot be taken back in a phase that can"},
      {"{name: a, steps: [{sync: nix}]}", "plan.yaml:3:23: unknown mapping \"nix\""},
      {"{name: a, steps: [{profile: nix}]}", "plan.yaml:3:23: unknown value \"nix\""},
  }, "plan: p\nphases:\n  - ", "\n");
}

TEST_CASE("a drop without archive is taken in a phase that says it cannot go back") {
  CHECK(refusal("plan: p\nphases: [{name: a, irreversible: true, steps: [{drop: [t.c]}]}]\n").message.empty());
}

TEST_CASE("wrong rollouts are refused at their place") {
  check_all({
      {"{rollout: f}", "plan.yaml:2:28: expected key \"to\" in rollout step, got none"},
      {"{rollout: f, to: []}", "plan.yaml:2:45: expected a list of percentages, got an empty list"},
      {"{rollout: f, to: [5%, 5%]}", "plan.yaml:2:50: expected more than 5%, got \"5%\""},
      {"{rollout: f, to: [50%, 25%]}", "plan.yaml:2:51: expected more than 50%, got \"25%\""},
      {"{rollout: f, to: [101%]}", "plan.yaml:2:46: expected a whole percentage from 0% to 100%, got \"101%\""},
      {"{rollout: f, to: [-1%]}", "plan.yaml:2:46: expected a whole percentage from 0% to 100%, got \"-1%\""},
      {"{rollout: f, to: [2.5%]}", "plan.yaml:2:46: expected a whole percentage from 0% to 100%, got \"2.5%\""},
      {"{rollout: f, to: [5%], bake: soon}", "plan.yaml:2:57: expected a duration such as 500ms, 10s, 5min or 24h, got \"soon\""},
      {"{rollout: f, to: [5%]}, {rollout: f, to: [9%], name: again}", "plan.yaml:2:52: expected one rollout of \"f\", got a second"},
  }, "plan: p\nphases: [{name: a, steps: [", "]}]\n");
}

TEST_CASE("steps come in an order in which the work can be done") {
  check_all({
      {"{backfill: bookings}", "plan.yaml:11:28: expected sync: bookings before this backfill, got none"},
      {"{verify: bookings}", "plan.yaml:11:28: expected sync: bookings before this verify, got none"},
      {"{backfill: boking}", "plan.yaml:11:28: unknown mapping \"boking\"; did you mean \"bookings\"?"},
      {"{sync: bookings}, {sync: bookings, name: again}", "plan.yaml:11:46: expected one sync of \"bookings\", got a second"},
      {"{sync: bookings}, {backfill: bookings}", "plan.yaml:11:46: expected profile: period before the backfill that reads it, got none"},
      {"{sync: bookings}, {profile: period}, {backfill: bookings, workers: 0}", "plan.yaml:11:95: expected a whole number from 1 to 64, got \"0\""},
      {"{sync: bookings}, {profile: period}, {backfill: bookings}, {verify: bookings}", ""},
  }, "plan: p\n" + value_period + mapping_bookings + "phases: [{name: a, steps: [", "]}]\n");
}

TEST_CASE("wrong checks are refused: a check asks and changes nothing") {
  check_all({
      {"{name: n, sql: SELECT 1}", "plan.yaml:2:52: expected key \"expect\" in check, got none"},
      {"{name: n, sql: SELECT 1, expect: }", "plan.yaml:2:85: expected the value that the SELECT gives, got nothing"},
      {"{name: n, sql: DELETE FROM t, expect: 1}", "plan.yaml:2:67: expected one SELECT that gives one value, got \"DELETE FROM t\""},
      {"{name: n, sql: SELECT 1; SELECT 2, expect: 1}", "plan.yaml:2:67: expected one SELECT that gives one value, got \"SELECT 1; SELECT 2\""},
      {"{name: n, sql: SELEC 1, expect: 1}", "plan.yaml:2:67: expected one SELECT that gives one value, got \"SELEC 1\""},
      {"{name: n, sql: -- nothing, expect: 1}", "plan.yaml:2:67: expected one SELECT that gives one value, got \"-- nothing\""},
      {"{name: n, sql: SELECT 1, expect: ''}, {name: n, sql: SELECT 1, expect: 1}", "plan.yaml:2:90: duplicate check \"n\" in phase \"a\""},
  }, "plan: p\nphases: [{name: a, steps: [{sql: a.sql}], checks: [", "]}]\n");
}

TEST_CASE("wrong gates are refused at their place") {
  check_all({
      {"{populated: 101%}", "plan.yaml:2:61: expected a share such as \">= 95%\" or 0.95, got \"101%\""},
      {"{populated: 95}", "plan.yaml:2:61: expected a share such as \">= 95%\" or 0.95, got \"95\""},
      {"{read: nan}", "plan.yaml:2:56: expected a share such as \">= 95%\" or 0.95, got \"nan\""},
      {"{read: '=> 95%'}", "plan.yaml:2:56: expected a share such as \">= 95%\" or 0.95, got \"=> 95%\""},
      {"{read: '%'}", "plan.yaml:2:56: expected a share such as \">= 95%\" or 0.95, got \"%\""},
      {"{mismatches: 5%}", "plan.yaml:2:62: expected a count such as 0 or \"<= 10\", got \"5%\""},
      {"{repairs: -1}", "plan.yaml:2:59: expected a count such as 0 or \"<= 10\", got \"-1\""},
      {"{approve: yes}", "plan.yaml:2:59: expected a whole number from 0 to 20, got \"yes\""},
      {"{share of one perod: 95%}", "plan.yaml:2:50: unknown key \"share of one perod\"; did you mean \"share of one period\"?"},
  }, "plan: p\nphases: [{name: a, steps: [{sql: a.sql}], gate: ", "}]\n");
}

TEST_CASE("SQL files that hold no SQL text are refused") {
  Folder folder;
  folder.write("empty.sql", " \n");
  folder.write("binary.sql", std::string("SELECT \xFF", 8));
  const auto message = [&](const std::string& file) -> std::string {
    try {
      segue::plan::parse("plan.yaml", "plan: p\nphases: [{name: a, steps: [{sql: " + file + "}]}]\n", folder.path());
    } catch (const segue::Error& error) {
      return error.message();
    }
    return "";
  };
  CHECK(message("empty.sql") == "plan.yaml:2:34: expected a file with SQL in it, got \"empty.sql\"");
  CHECK(message("binary.sql") == "plan.yaml:2:34: expected a text file in UTF-8, got \"binary.sql\"");
}
