#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "pg/connection.hpp"
#include "base/options.hpp"
#include "traffic/audit.hpp"
#include "traffic/audit_read.hpp"
#include "traffic/clinic_audit.hpp"
#include "traffic/commands.hpp"

namespace segue::traffic {
namespace {

constexpr std::string_view help =
    "traffic audit --ledger FILE [--ledger FILE ...] --database URL [--system hospital|clinic] [--json]\n"
    "Compares what patients asked for and were told with what the database holds, both ways, row by row, and looks for\n"
    "overbooked slots and for counts (booked_per_day, booked_per_period) that disagree with the reservations; of clinics, for\n"
    "doctors booked twice and for rows that another clinic saw.\n"
    "Works in every phase of the migration; run it when traffic has stopped. Prints ids, never patient data.\n"
    "Exit status: 0 if there is no difference, 1 if there is.\n";

Record read_record(const Options& options) {
  Record record;
  for (const auto& path : options.all("--ledger")) read_ledger(record, path, read_file(path));
  return record;
}

void print_json(const Record& record, const AuditReport& report) {
  namespace json = boost::json;
  json::object counts, meanings;
  json::array differences, not_checkable;
  for (int kind = 0; kind < kinds; ++kind) {
    counts[name_of(Kind(kind))] = report.count(Kind(kind));
    meanings[name_of(Kind(kind))] = meaning_of(Kind(kind));
  }
  for (const auto& difference : report.differences)
    differences.push_back(json::object{{"kind", name_of(difference.kind)}, {"id", difference.id}, {"detail", difference.detail}});
  for (const auto& reason : report.not_checkable) not_checkable.push_back(json::string(reason));
  fmt::print("{}\n", json::serialize(json::object{
      {"ok", report.differences.empty()}, {"acknowledged", report.acknowledged}, {"old", report.by_old}, {"new", report.by_new},
      {"active", report.active}, {"status_changes", record.status_changes}, {"lost_bookings", record.lost_bookings},
      {"lost_changes", record.lost_changes}, {"cut_short", report.open}, {"failed", record.failed}, {"repeated", record.repeated},
      {"asked", report.asked}, {"last_line_cut", record.last_line_cut},
      {"unasked", report.unasked}, {"excused", report.excused}, {"counts", std::move(counts)}, {"meanings", std::move(meanings)},
      {"differences", std::move(differences)}, {"not_checkable", std::move(not_checkable)}}));
}

void print_text(const Record& record, const AuditReport& report) {
  for (const auto& difference : report.differences)
    fmt::print("{:<18}{}  {}\n", name_of(difference.kind), difference.id, difference.detail);
  if (!report.differences.empty()) fmt::print("\n");
  fmt::print("{} bookings acknowledged (old path {}, new path {}), {} still active; {} changes of status\n", report.acknowledged,
             report.by_old, report.by_new, report.active, record.status_changes);
  fmt::print("{} bookings asked for, {} answered after more than one try\n", report.asked, record.repeated);
  fmt::print("{} booking answers lost for good, {} open when a run was killed; {} rows are theirs\n", record.lost_bookings, report.open,
             report.excused);
  if (record.last_line_cut) fmt::print("a line of the ledger was cut by a kill and is not counted\n");
  fmt::print("\n");
  for (int kind = 0; kind < kinds; ++kind) fmt::print("{:>8}  {}\n", report.count(Kind(kind)), meaning_of(Kind(kind)));
  for (const auto& reason : report.not_checkable) fmt::print("not checkable: {}\n", reason);
}

}  // namespace

int run_audit(int argc, char** argv) {
  const Options options("traffic audit", argc, argv, {"--ledger", "--database", "--system"}, {"--json", "--help"});
  if (options.has("--help")) {
    fmt::print("{}", help);
    return 0;
  }
  const auto system = options.text("--system").value_or("hospital");
  if (system != "hospital" && system != "clinic") throw options.usage(fmt::format("option \"--system\" wants hospital or clinic, got \"{}\"", system));
  options.required("--ledger");
  pg::Session session;
  session.application_name = "traffic audit";
  if (system == "clinic") {
    pg::Connection clinics(options.database(), session);
    return run_clinic_audit(clinics, options.all("--ledger"), options.has("--json"));
  }
  const Record record = read_record(options);
  pg::Connection db(options.database(), session);
  const auto report = audit(record, read_clinic(db, record));
  if (options.has("--json")) print_json(record, report); else print_text(record, report);
  return report.differences.empty() ? 0 : 1;
}

}  // namespace segue::traffic
