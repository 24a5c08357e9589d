#include "traffic/audit_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.hpp"

namespace segue::traffic {
namespace {

using Slot = std::pair<std::string, std::string>;                // date and service, or date and period

// The active bookings of a slot in the order of their creation, with the sum of what they take.
class Bookings {
 public:
  void add(std::int64_t created, std::int64_t amount) { taken_.emplace_back(created, amount); }
  void arrange() {
    std::sort(taken_.begin(), taken_.end());
    std::int64_t sum = 0;
    for (auto& [created, amount] : taken_) amount = sum += amount;
  }
  // What those created strictly before take together.
  std::int64_t before(std::int64_t created) const {
    const auto at = std::lower_bound(taken_.begin(), taken_.end(), std::pair{created, INT64_MIN});
    return at == taken_.begin() ? 0 : std::prev(at)->second;
  }

 private:
  std::vector<std::pair<std::int64_t, std::int64_t>> taken_;
};
using Slots = std::map<Slot, Bookings>;

int weekday_of(const std::string& date) {
  const auto parts = split_text(date, '-');
  const auto number = [&](std::size_t i) { return static_cast<unsigned>(to_integer(parts.at(i)).value_or(0)); };
  return static_cast<int>(std::chrono::weekday(std::chrono::year(static_cast<int>(number(0))) / static_cast<int>(number(1)) /
                                               static_cast<int>(number(2))).c_encoding());
}

// An unknown service has no limit row, a closed period no slot row: nothing may be booked there.
std::int64_t limit_of(const Clinic& clinic, const std::string& service) {
  const auto found = clinic.limits->find(service);
  return found == clinic.limits->end() ? 0 : found->second;
}

std::int64_t minutes_of(const Clinic& clinic, const Slot& slot) {
  const auto found = clinic.slots->find({weekday_of(slot.first), slot.second});
  return found == clinic.slots->end() ? 0 : found->second;
}

Slots arranged(const Clinic& clinic, bool by_service) {
  Slots slots;
  for (const auto& row : clinic.rows)
    if (row.is_active()) slots[{row.date, by_service ? row.service : row.period}].add(row.created, by_service ? 1 : row.minutes);
  for (auto& [slot, bookings] : slots) bookings.arrange();
  return slots;
}

// What each rule says of one row, against what was there before it; nothing where it had room.
class Rules {
 public:
  explicit Rules(const Clinic& clinic) : clinic_(clinic), by_service_(arranged(clinic, true)), by_period_(arranged(clinic, false)) {}

  std::optional<Difference> old_rule(const Row& row) const {
    const auto limit = limit_of(clinic_, row.service), earlier = by_service_.at({row.date, row.service}).before(row.created);
    if (earlier < limit) return std::nullopt;
    return Difference{Kind::over_count, row.id, fmt::format("{} {}: {} were there before it, the limit is {}", row.date, row.service,
                                                            earlier, limit)};
  }
  std::optional<Difference> new_rule(const Row& row) const {
    const Slot slot{row.date, row.period};
    const auto total = minutes_of(clinic_, slot), earlier = by_period_.at(slot).before(row.created);
    if (earlier + row.minutes <= total) return std::nullopt;
    return Difference{Kind::over_minutes, row.id, fmt::format("{} {}: {} minutes before it and {} of its own, the period has {}", row.date,
                                                              row.period, earlier, row.minutes, total)};
  }

 private:
  const Clinic& clinic_;
  Slots by_service_, by_period_;
};

struct Accepted { const Row* row; bool sure; };                  // sure: by this path and no other

// The acknowledged bookings of one path that are still active.
std::vector<Accepted> accepted_by(std::string_view path, const Record& record, const Clinic& clinic) {
  std::vector<Accepted> accepted;
  for (const auto& row : clinic.rows) {
    const auto told = record.bookings.find(row.id);
    if (row.is_active() && told != record.bookings.end() && told->second.told.variant == path)
      accepted.push_back({&row, !told->second.told.repeated});
  }
  return accepted;
}

void check_old_rule(AuditReport& report, const Clinic& clinic, const Rules& rules, const std::vector<Accepted>& accepted) {
  std::map<Slot, std::int64_t> alone;
  for (const auto& [row, sure] : accepted) {
    alone[{row->date, row->service}] += sure;
    if (!sure && clinic.slots && !rules.new_rule(*row)) continue;
    if (auto over = rules.old_rule(*row)) report.differences.push_back(std::move(*over));
  }
  for (const auto& [slot, count] : alone)
    if (const auto limit = limit_of(clinic, slot.second); count > limit)
      report.differences.push_back({Kind::path_over_count, slot.first + " " + slot.second,
                                    fmt::format("{} accepted, the limit is {}", count, limit)});
}

void check_new_rule(AuditReport& report, const Clinic& clinic, const Rules& rules, const std::vector<Accepted>& accepted) {
  std::map<Slot, std::int64_t> alone;
  for (const auto& [row, sure] : accepted) {
    alone[{row->date, row->period}] += sure ? row->minutes : 0;
    if (!sure && clinic.limits && !rules.old_rule(*row)) continue;
    if (auto over = rules.new_rule(*row)) report.differences.push_back(std::move(*over));
  }
  for (const auto& [slot, minutes] : alone)
    if (const auto total = minutes_of(clinic, slot); minutes > total)
      report.differences.push_back({Kind::path_over_minutes, slot.first + " " + slot.second,
                                    fmt::format("{} minutes accepted, the period has {}", minutes, total)});
}

}  // namespace

void find_overbooked(AuditReport& report, const Record& record, const Clinic& clinic) {
  const Rules rules(clinic);
  const auto by_old = accepted_by("old", record, clinic), by_new = accepted_by("new", record, clinic);
  if (clinic.limits)
    check_old_rule(report, clinic, rules, by_old);
  else if (!by_old.empty())
    report.not_checkable.push_back(fmt::format(
        "the old path's daily limits ({} bookings): no table service_reservation_limits, retired or archived", by_old.size()));
  if (clinic.slots)
    check_new_rule(report, clinic, rules, by_new);
  else if (!by_new.empty())
    report.not_checkable.push_back(fmt::format(
        "the new path's minutes ({} bookings): no table clinic_time_slots, or no columns period and estimatedDuration", by_new.size()));
}

}  // namespace segue::traffic
