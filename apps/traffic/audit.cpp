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

// Whether a row may show `now` when the last acknowledged status is `told`.
bool is_legal(std::string_view told, std::string_view now) {
  if (told == now) return true;
  if (told == "PENDING") return now == "CONFIRMED" || now == "CANCELLED" || now == "COMPLETED" || now == "NO_SHOW";
  if (told == "CONFIRMED") return now == "CANCELLED" || now == "COMPLETED" || now == "NO_SHOW";
  return false;
}

void compare(AuditReport& report, const Booking& told, const Row& row) {
  if (row.date != told.date || (!row.service.empty() && row.service != told.service))
    report.differences.push_back({Kind::altered, told.id, fmt::format("told {} {}, found {} {}", told.date, told.service,
                                                                      row.date, row.service)});
  if (!is_legal(told.status, row.status))
    report.differences.push_back({Kind::wrong_status, told.id, fmt::format("told {}, found {}", told.status, row.status)});
}

void find_told(AuditReport& report, const Record& record, const ById& rows) {
  for (const auto& [id, told] : record.bookings) {
    ++report.acknowledged;
    ++(told.variant == "old" ? report.by_old : report.by_new);
    const auto found = rows.find(id);
    if (found == rows.end()) {
      report.differences.push_back({Kind::missing, id, fmt::format("told {} for {}", told.status, told.date)});
      continue;
    }
    report.active += found->second->is_active();
    compare(report, told, *found->second);
  }
  for (const auto& id : record.doubled)
    report.differences.push_back({Kind::doubled, id, "two requests were given the same id"});
}

// A lost answer may stand for a row that nobody was told of; so may a request that was open when a run was killed.
void find_unasked(AuditReport& report, const Record& record, const Clinic& clinic) {
  if (record.lines == 0) return;
  std::vector<const Row*> unasked;
  for (const auto& row : clinic.rows)
    if (row.created >= record.first.time_since_epoch().count() && !record.bookings.contains(row.id)) unasked.push_back(&row);
  report.unasked = unasked.size();
  const auto allowed = record.lost_bookings + record.cut_short;
  if (unasked.size() <= allowed) {
    report.excused = unasked.size();
    return;
  }
  // Which of them the lost answers stand for nobody can tell: all are named.
  const auto excuse = allowed == 0 ? "" : fmt::format("; {} of these {} may be lost answers", allowed, unasked.size());
  for (const auto* row : unasked)
    report.differences.push_back({Kind::unasked, row->id,
                                  fmt::format("{} for {}, created during the run{}", row->status, row->date, excuse)});
}

}  // namespace

std::string_view name_of(Kind kind) {
  constexpr std::array names = {"missing", "doubled", "altered", "wrong_status", "unasked",
                                "over_count", "over_minutes", "path_over_count", "path_over_minutes"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string_view meaning_of(Kind kind) {
  constexpr std::array meanings = {
      "acknowledged, but not in the database", "one id acknowledged to two requests", "another day or service than acknowledged",
      "a status that cannot follow the acknowledged one", "present but never acknowledged",
      "overbooked by the old path's daily limit", "overbooked by the new path's minutes",
      "the old path alone exceeds a daily limit", "the new path alone exceeds a period's minutes"};
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
  std::sort(report.differences.begin(), report.differences.end(), [](const Difference& left, const Difference& right) {
    return std::tie(left.kind, left.id) < std::tie(right.kind, right.id);
  });
  return report;
}

}  // namespace segue::traffic
