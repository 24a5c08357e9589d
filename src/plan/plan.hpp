// A plan as a value: what the plan file and the SQL files beside it say, checked for form only.
// Does: hold names, SQL text and thresholds with the place they came from.
// Does not: know the database (see catalog/, check/) or run anything. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace segue::plan {

// file:line:column, 1-based; column counts characters.
struct Where {
  std::string file;
  int line = 0, column = 0;
  std::string text() const;
};

struct Contact { std::string role, reach; };

// Free text -> meaning, by a reader (values/reader.hpp) or by SQL. `becomes` is read top down: the first boundary the time
// lies before wins.
struct ValueDef {
  std::string name, table, column;
  std::string dates;                                             // column of the table that says when a row was made; may be empty
  std::string reader;                                            // "time-of-day", "enum", ...; empty where SQL reads
  std::string expression;                                        // SQL over raw, the text; empty where a reader reads
  std::vector<std::string> languages;                            // "ko", "en"; none: all
  struct Boundary { std::string before, meaning; };              // before "12:00"
  std::vector<Boundary> becomes;                                 // of time-of-day
  std::string otherwise;
  std::optional<std::string> hours;                              // "09:00-12:00, 14:00-18:00": opening hours, if given
  std::vector<std::pair<std::string, std::vector<std::string>>> labels;  // of enum: label and synonyms
  std::optional<std::int64_t> least, most;                       // of integer
  std::optional<std::string> order;                              // of date: "day-first" or "month-first"
  std::string country;                                           // of phone: "KR"
  std::optional<std::string> live;                               // provisional meaning of unreadable values; none: NULL
  std::vector<std::pair<std::string, std::string>> decided;      // raw -> meaning, decided by the plan's author
  Where where;
};

using ColumnExpressions = std::vector<std::pair<std::string, std::string>>;  // column -> SQL expression, in file order

// One direction of a mapping. `from` is a FROM item list joined to the row; expressions name the row
// as old.<column> (direction new) or new.<column> (direction old) and may use value(<name>).
struct Side {
  enum class OnDelete { cascade, detach, forbid };
  std::string from;                                              // "services s ON s.code = old.service::text"; may be empty
  ColumnExpressions set;
  ColumnExpressions otherwise;                                   // stand-ins where the side cannot be computed
  std::vector<std::string> same;                                 // conditions that hold in every row
  // Of a mapping that derives rows only:
  std::string filter;                                            // rows for which there is one on the other side; "": all
  ColumnExpressions key;                                         // unique key of the row on the other side
  ColumnExpressions insert;                                      // what a row gets at its birth, and keeps
  ColumnExpressions detach;                                      // what it gets when it is left without a row on this side
  OnDelete on_delete = OnDelete::detach;
  Where where;
};

// One table whose rows hold both sides, or, with `into`, rows of `table` that derive rows of another table.
struct Mapping {
  std::string name, table;
  std::string into;                                              // "": both sides stand in the same row
  Side to_new, to_old;
  std::vector<std::string> snapshot;                             // right when written; compared for presence only
  Where where;
  bool derives() const { return !into.empty(); }
};

// True if `mapping` is driven by, or its new side reads, the table into which `other` derives rows.
bool needs(const Mapping& mapping, const Mapping& other);

struct SqlStep { std::string file, text; std::string undo_file, undo_text; };   // undo_*: empty where not given
struct ProfileStep { std::string value; };
struct SyncStep { std::string mapping; };
struct BackfillStep { std::string mapping; int workers = 0; };   // 0: as the machine allows
struct VerifyStep { std::string mapping; };
struct RequireStep { std::string table; std::vector<std::string> columns; };
struct RolloutStep { std::string flag; std::vector<int> percents; std::chrono::milliseconds bake{0}; };
struct Target { std::string table, column; };                    // column empty: the whole table
struct RetireStep { std::vector<Target> targets; };
struct DropStep { std::vector<Target> targets; bool archive = false; };
struct PreviewStep { std::string file, text, title; };           // text: one SELECT that only reads

struct Step {
  std::string name;                                              // as shown and journaled, unique in its phase
  std::variant<SqlStep, ProfileStep, SyncStep, BackfillStep, VerifyStep, RequireStep, RolloutStep, RetireStep, DropStep, PreviewStep> what;
  Where where;
  std::string kind() const;                                      // "sql", "profile", ...
};

struct Check { std::string name, sql, expect; Where where; };

// "100%", ">= 95%", "< 95%", "0", "<= 10": a bound on a measure; shares are fractions of 1.
struct Bound {
  enum class Sense { at_least, at_most, below, above, equal } sense = Sense::at_least;
  double value = 0;
  bool percent = false;
  bool holds(double measured) const;
  std::string text() const;
};

// What must hold before the next phase may begin.
struct Gate {
  std::optional<Bound> populated;                                // share of rows whose new side is complete
  std::optional<Bound> read;                                     // share of rows whose free text was read
  std::optional<Bound> largest_share;                            // "share of one period"
  std::optional<Bound> mismatches;                               // rows where old and new disagree; default 0
  std::optional<Bound> repairs;                                  // open entries of the repair queue; default 0
  int approvals = 0;
  Where where;
};

struct Phase {
  std::string name, title;
  bool irreversible = false;
  std::vector<Step> steps;
  std::vector<Check> checks;
  std::optional<Gate> gate;
  Where where;
};

struct Limits {
  std::chrono::milliseconds lock_timeout{100};                   // the longest an application statement may wait
  std::chrono::milliseconds lock_budget{600'000};                // the longest segue tries for one lock
  // Where writing many rows stops until others have caught up; nothing: no matter how far ("none" in the plan).
  std::optional<std::chrono::milliseconds> replica_lag{60'000};  // a replica's replay is as old as this
  std::optional<std::int64_t> replica_backlog = gigabyte;        // bytes of WAL it has not replayed
  std::optional<std::int64_t> slot_backlog = 4 * gigabyte;       // bytes of WAL that a replication slot keeps on the server
  std::optional<std::int64_t> archive_backlog = 4 * gigabyte;    // bytes of WAL that wait to be archived
  std::optional<std::int64_t> oldest_xmin = 10'000'000;          // transactions for which dead rows could not be removed
  std::optional<std::int64_t> disk_reserve = gigabyte;           // bytes that must stay free, where that can be seen
  std::optional<std::int64_t> disk;                              // bytes by which the database may grow in one step

  static constexpr std::int64_t gigabyte = std::int64_t{1} << 30;
};

struct Plan {
  std::string name, title, schema = "public";
  std::vector<Contact> contacts;
  std::vector<std::string> checklist;                            // manual items; each wants an approval
  std::optional<std::chrono::milliseconds> backup;               // before the first step: a proven backup, not older than this
  Limits limits;
  std::vector<ValueDef> values;
  std::vector<Mapping> mappings;                                 // a mapping stands behind those whose tables it reads
  std::vector<Phase> phases;
  std::string directory;                                         // where plan.yaml stands
  std::string hash;                                              // SHA-256 over plan.yaml and every file it names

  const Mapping& mapping(const std::string& name) const;         // Error{not_found} if absent
  const ValueDef& value(const std::string& name) const;
  const Phase& phase(const std::string& name) const;
  std::size_t phase_index(const std::string& name) const;
};

// The folder (with plan.yaml in it) or the file. Error{plan_file}: "file:line:column: expected ..., got ...".
Plan load(const std::string& path);
// The same from a text, for tests and tools; the SQL files it names stand in `directory`.
Plan parse(const std::string& file_name, const std::string& yaml, const std::string& directory);

}  // namespace segue::plan
