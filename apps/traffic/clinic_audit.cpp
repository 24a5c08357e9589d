#include "traffic/clinic_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.hpp"

namespace segue::traffic {
namespace {

namespace json = boost::json;
using Difference = ClinicReport::Difference;

// An unanswered change may have been made.
bool is_legal(const ClinicItem& item, std::string_view field, const json::value& stored) {
  if (item.fields.at(field) == stored) return true;
  return std::any_of(item.unsure.begin(), item.unsure.end(), [&](const json::object& wish) {
    const auto* value = wish.if_contains(field);
    return value != nullptr && *value == stored;
  });
}

void compare(ClinicReport& report, const std::string& id, const ClinicItem& item, const ClinicRow& row) {
  if (row.clinic != item.clinic) report.differences.push_back({ClinicKind::foreign, id, "stored for another clinic than it was asked for"});
  std::vector<std::string> wrong;
  for (const auto& [field, value] : item.fields) {
    const auto* stored = row.fields.if_contains(field);
    if (stored == nullptr || !is_legal(item, field, *stored)) wrong.emplace_back(field);
  }
  if (!wrong.empty()) report.differences.push_back({ClinicKind::altered, id, item.table + ": " + join(wrong, ", ")});
}

// Each intent without an outcome stands for one row at most.
bool take_excuse(std::map<std::string, ClinicIntent>& open, const ClinicRow& row) {
  const auto found = std::find_if(open.begin(), open.end(), [&](const auto& one) {
    const auto& [table, clinic, id, fields] = one.second;
    return table == row.table && id.empty() && clinic == row.clinic && fields.at("doctor_id") == row.fields.at("doctor_id") &&
           fields.at("patient_id") == row.fields.at("patient_id") && fields.at("starts_at") == row.fields.at("starts_at");
  });
  if (found == open.end()) return false;
  open.erase(found);
  return true;
}

void find_unasked(ClinicReport& report, const ClinicRecord& record, const ClinicRows& rows) {
  auto open = record.open;
  for (const auto& [id, row] : rows.rows) {
    if (row.table != "appointments" || record.items.contains(id)) continue;
    ++report.unasked;
    if (take_excuse(open, row)) ++report.excused;
    else report.differences.push_back({ClinicKind::unasked, id, "created during the run"});
  }
}

void print_json(const ClinicRecord& record, const ClinicReport& report) {
  json::object counts, meanings;
  json::array differences;
  for (int kind = 0; kind < clinic_kinds; ++kind) {
    counts[name_of(ClinicKind(kind))] = report.count(ClinicKind(kind));
    meanings[name_of(ClinicKind(kind))] = meaning_of(ClinicKind(kind));
  }
  for (const auto& [kind, id, detail] : report.differences) differences.push_back(json::object{{"kind", name_of(kind)}, {"id", id}, {"detail", detail}});
  fmt::print("{}\n", json::serialize(json::object{
      {"ok", report.differences.empty()}, {"acknowledged", report.acknowledged}, {"old", report.by_old}, {"new", report.by_new},
      {"asked", record.asked}, {"changes", record.changes}, {"lost", record.lost}, {"failed", record.failed}, {"last_line_cut", record.last_line_cut},
      {"unasked", report.unasked}, {"excused", report.excused}, {"counts", std::move(counts)}, {"meanings", std::move(meanings)},
      {"differences", std::move(differences)}, {"not_checkable", json::array()}}));
}

void print_text(const ClinicRecord& record, const ClinicReport& report) {
  for (const auto& [kind, id, detail] : report.differences) fmt::print("{:<14}{}  {}\n", name_of(kind), id, detail);
  fmt::print("{}{} appointments, doctors and patients acknowledged (old path {}, new path {}), {} changes\n", report.differences.empty() ? "" : "\n",
             report.acknowledged, report.by_old, report.by_new, record.changes);
  fmt::print("{} answers lost for good; {} rows are theirs\n\n", record.lost, report.excused);
  for (int kind = 0; kind < clinic_kinds; ++kind) fmt::print("{:>8}  {}\n", report.count(ClinicKind(kind)), meaning_of(ClinicKind(kind)));
}

}  // namespace

std::string_view name_of(ClinicKind kind) {
  constexpr std::array names = {"missing", "doubled", "altered", "foreign", "double_booked", "unasked"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string_view meaning_of(ClinicKind kind) {
  constexpr std::array meanings = {"acknowledged, but not in the database", "one intent done twice, or one id told twice",
                                   "stored otherwise than acknowledged", "a row of one clinic seen by, or stored for, another",
                                   "a doctor booked twice at one time", "an appointment nobody asked for"};
  return meanings.at(static_cast<std::size_t>(kind));
}

std::uint64_t ClinicReport::count(ClinicKind kind) const {
  return static_cast<std::uint64_t>(std::count_if(differences.begin(), differences.end(), [&](const Difference& one) { return one.kind == kind; }));
}

ClinicReport audit_clinics(const ClinicRecord& record, const ClinicRows& rows) {
  ClinicReport report;
  for (const auto& [id, item] : record.items) {
    ++report.acknowledged;
    ++(item.variant == "old" ? report.by_old : report.by_new);
    const auto row = rows.rows.find(id);
    if (row == rows.rows.end()) report.differences.push_back({ClinicKind::missing, id, item.table});
    else compare(report, id, item, row->second);
  }
  for (const auto& [id, how] : record.doubled) report.differences.push_back({ClinicKind::doubled, id, how});
  for (const auto& [clinic, id] : record.foreign) report.differences.push_back({ClinicKind::foreign, id, "shown to clinic " + clinic});
  for (const auto& id : rows.of_two_clinics) report.differences.push_back({ClinicKind::foreign, id, "its doctor or patient is another clinic's"});
  for (const auto& id : rows.double_booked) report.differences.push_back({ClinicKind::double_booked, id, "another appointment of the doctor has not ended"});
  if (record.lines > 0) find_unasked(report, record, rows);
  return report;
}

int run_clinic_audit(pg::Connection& db, const std::vector<std::string>& ledgers, bool as_json) {
  ClinicRecord record;
  for (const auto& path : ledgers) read_clinic_ledger(record, path, read_file(path));
  const auto report = audit_clinics(record, read_clinics(db, record));
  if (as_json) print_json(record, report); else print_text(record, report);
  return report.differences.empty() ? 0 : 1;
}

}  // namespace segue::traffic
