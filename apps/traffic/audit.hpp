// Was every patient told the truth? The ledger against the database, both ways.
// Does: judge each booking by the rule of the path that accepted it (old: a number a day and service; new: minutes
//       of a date and period), against the bookings of both paths that were there before it; compare what was asked for
//       and told with what is stored.
// Does not: read or change a database (see audit_read.hpp). Pure.
// Sound because bookings of one date are serialized, createdAt is the clock at insert, and a cancelled booking never
// becomes active again: what is active now and older was active then.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "traffic/record.hpp"

namespace segue::traffic {

struct Row {
  std::string id, status, date, service;                         // service: its code; may be empty
  std::string period;                                            // empty where the table has none
  std::string time;                                              // the wish for a time; empty unless the ledger has the row
  std::int64_t minutes = 0, created = 0;                         // created: milliseconds since 1970
  bool is_active() const { return status == "PENDING" || status == "CONFIRMED"; }
};

struct Clinic {
  std::vector<Row> rows;                                         // at least those of the ledger, its dates and its time
  std::optional<std::map<std::string, std::int64_t>> limits;     // service -> bookings a day; nothing: not in the database
  std::optional<std::map<std::pair<int, std::string>, std::int64_t>> slots;  // weekday (0: Sunday), period -> minutes
  struct Drift { std::string slot; std::int64_t kept, found; };  // "2026-01-31 SKIN_CARE"; what the table says, what there is
  std::vector<Drift> day_drift, period_drift;                    // of booked_per_day, booked_per_period; empty where they are not there
};

// One kind of difference and its meaning; the order is that of the report.
enum class Kind { missing, doubled, altered, wrong_status, unasked, over_count, over_minutes, path_over_count, path_over_minutes,
                  day_ledger, period_ledger };
inline constexpr int kinds = 11;
std::string_view name_of(Kind kind);                             // "missing"
std::string_view meaning_of(Kind kind);

struct Difference {
  Kind kind;
  std::string id;                                                // of the booking; of a slot: "2026-01-31 MORNING"
  std::string detail;                                            // numbers, states, days; never a patient's data
};

struct AuditReport {
  std::vector<Difference> differences;
  std::vector<std::string> not_checkable;                        // what could not be judged, and why
  std::uint64_t acknowledged = 0, by_old = 0, by_new = 0, active = 0;
  std::uint64_t asked = 0, open = 0;                             // intents to book; those a kill left without an outcome
  std::uint64_t unasked = 0, excused = 0;                        // rows not acknowledged; those of an intent that may be done
  std::uint64_t count(Kind kind) const;
};
AuditReport audit(const Record& record, const Clinic& clinic);

}  // namespace segue::traffic
