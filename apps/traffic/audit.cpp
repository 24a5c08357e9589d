#include "traffic/audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

#include "traffic/audit_rules.hpp"

namespace segue::traffic {
namespace {

using ById = std::unordered_map<std::string, const Row*>;

// An unanswered change may have been made; any other change nobody asked for.
bool is_legal(const Booking& told, const std::string& now) {
  return now == told.status || std::find(told.unsure.begin(), told.unsure.end(), now) != told.unsure.end();
}

// In words that hold no more than days, codes and numbers; empty if all is as it was asked for and told.
std::string alteration(const Booking& booking, const Row& row) {
  const Asked& asked = booking.asked;
  const Told& told = booking.told;
  if (row.date != asked.date || (!row.service.empty() && row.service != asked.service))
    return fmt::format("asked for {} {}, found {} {}", asked.date, asked.service, row.date, row.service);
  if (told.date != asked.date) return fmt::format("asked for {}, told {}", asked.date, told.date);
  const auto& period = told.period.empty() ? asked.period : told.period;
  if (period != asked.period) return fmt::format("asked for {}, told {}", asked.period, period);
  if (!row.period.empty() && row.period != period) return fmt::format("told {}, found {}", period, row.period);
  if (told.minutes != 0 && row.minutes != 0 && row.minutes != told.minutes)
    return fmt::format("told {} minutes, found {}", told.minutes, row.minutes);
  if (!told.time.empty() && !row.time.empty() && row.time != told.time) return "told another preferred time than the one that is stored";
  return "";
}

void compare(AuditReport& report, const Booking& booking, const Row& row) {
  if (auto altered = alteration(booking, row); !altered.empty())
    report.differences.push_back({Kind::altered, row.id, std::move(altered)});
  if (!is_legal(booking, row.status))
    report.differences.push_back({Kind::wrong_status, row.id, fmt::format("told {}, found {}", booking.status, row.status)});
}

void find_told(AuditReport& report, const Record& record, const ById& rows) {
  for (const auto& [id, booking] : record.bookings) {
    ++report.acknowledged;
    ++(booking.told.variant == "old" ? report.by_old : report.by_new);
    if (!booking.disorder.empty())
      report.differences.push_back({Kind::wrong_status, id, "acknowledged as " + booking.disorder});
    const auto found = rows.find(id);
    if (found == rows.end()) {
      report.differences.push_back({Kind::missing, id, fmt::format("told {} for {}", booking.status, booking.asked.date)});
      continue;
    }
    report.active += found->second->is_active();
    compare(report, booking, *found->second);
  }
  for (const auto& [id, how] : record.doubled) report.differences.push_back({Kind::doubled, id, how});
}

// The tables that keep count for the booking paths.
void find_drift(AuditReport& report, const Clinic& clinic) {
  for (const auto& [slot, kept, found] : clinic.day_drift)
    report.differences.push_back({Kind::day_ledger, slot, fmt::format("booked_per_day says {}, there are {}", kept, found)});
  for (const auto& [slot, kept, found] : clinic.period_drift)
    report.differences.push_back({Kind::period_ledger, slot, fmt::format("booked_per_period says {} minutes, there are {}", kept, found)});
}

}  // namespace

std::string_view name_of(Kind kind) {
  constexpr std::array names = {"missing", "doubled", "altered", "wrong_status", "unasked",
                                "over_count", "over_minutes", "path_over_count", "path_over_minutes",
                                "day_ledger", "period_ledger"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string_view meaning_of(Kind kind) {
  constexpr std::array meanings = {
      "acknowledged, but not in the database", "one intent booked twice, or one id told twice",
      "another day, service or time than acknowledged", "a status nobody asked for, or in a wrong order",
      "present but never asked for",
      "overbooked by the old path's daily limit", "overbooked by the new path's minutes",
      "the old path alone exceeds a daily limit", "the new path alone exceeds a period's minutes",
      "booked_per_day disagrees with the reservations", "booked_per_period disagrees with the reservations"};
  return meanings.at(static_cast<std::size_t>(kind));
}

std::uint64_t AuditReport::count(Kind kind) const {
  return static_cast<std::uint64_t>(std::count_if(differences.begin(), differences.end(),
                                                  [&](const Difference& difference) { return difference.kind == kind; }));
}

AuditReport audit(const Record& record, const Clinic& clinic) {
  AuditReport report;
  ById rows;
  for (const auto& row : clinic.rows) rows.emplace(row.id, &row);
  find_told(report, record, rows);
  find_unasked(report, record, clinic);
  find_overbooked(report, record, clinic);
  find_drift(report, clinic);
  std::sort(report.differences.begin(), report.differences.end(), [](const Difference& left, const Difference& right) {
    return std::tie(left.kind, left.id) < std::tie(right.kind, right.id);
  });
  return report;
}

}  // namespace segue::traffic
