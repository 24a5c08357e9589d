#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "traffic/audit_rules.hpp"

namespace segue::traffic {
namespace {

using Day = std::pair<std::string, std::string>;                 // date and service
using Intents = std::map<Day, std::vector<std::pair<std::string, const Intent*>>>;  // with their keys

constexpr auto clocks_differ = std::chrono::seconds(5);          // the ledger's and the database's, at most

Intents by_day(const Record& record) {
  Intents days;
  for (const auto& [key, intent] : record.intents)
    if (intent.may_be_done() || intent.tries > 1) days[{intent.asked.date, intent.asked.service}].emplace_back(key, &intent);
  return days;
}

bool is_of(const Row& row, const Intent& intent) {
  const Time created{std::chrono::milliseconds(row.created)};
  // Whoever was cut off may be written long after: by a server that was still at work.
  const bool in_time = created >= intent.asked_at - clocks_differ && (intent.may_be_done() || created <= intent.ended_at + clocks_differ);
  return in_time && (row.period.empty() || row.period == intent.asked.period);
}

// Each intent stands for one row at most.
bool take_excuse(Intents& days, const Row& row) {
  auto& intents = days[{row.date, row.service}];
  const auto found = std::find_if(intents.begin(), intents.end(),
                                  [&](const auto& one) { return one.second->may_be_done() && is_of(row, *one.second); });
  if (found == intents.end()) return false;
  intents.erase(found);
  return true;
}

Difference judge(Intents& days, const Row& row) {
  for (const auto& [key, intent] : days[{row.date, row.service}])
    if (!intent->may_be_done() && is_of(row, *intent))
      return {Kind::doubled, row.id, fmt::format("it seems that key {}, sent {} times and acknowledged as {}, was booked twice", key,
                                                 intent->tries, intent->id)};
  return {Kind::unasked, row.id, fmt::format("{} for {} {}, created during the run", row.status, row.date, row.service)};
}

}  // namespace

void find_unasked(AuditReport& report, const Record& record, const Clinic& clinic) {
  if (record.lines == 0) return;
  report.asked = record.asked;
  for (const auto& [key, intent] : record.intents) report.open += intent.outcome == Intent::Outcome::open;
  auto days = by_day(record);
  for (const auto& row : clinic.rows) {
    if (row.created < record.first.time_since_epoch().count() || record.bookings.contains(row.id)) continue;
    ++report.unasked;
    if (take_excuse(days, row)) ++report.excused;
    else report.differences.push_back(judge(days, row));
  }
}

}  // namespace segue::traffic
