// Was every clinic told the truth, and no clinic another's? The ledger of clinics against the database, both ways.
// Does: compare each acknowledged appointment, doctor and patient with what is stored, in whichever phase of the migration; look for
//       doctors booked twice and for rows of two clinics. Does not: change anything, or print a name.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "pg/connection.hpp"
#include "traffic/clinic_record.hpp"

namespace segue::traffic {

// What the database holds. Fields are those of the API.
struct ClinicRow { std::string table, clinic; boost::json::object fields; };
struct ClinicRows {
  std::map<std::string, ClinicRow> rows;                         // by id: those of the ledger, and all appointments made since it began
  std::vector<std::string> double_booked;                        // appointments that begin before another of the doctor has ended
  std::vector<std::string> of_two_clinics;                       // appointments whose doctor or patient is another clinic's
};
ClinicRows read_clinics(pg::Connection& db, const ClinicRecord& record);

enum class ClinicKind { missing, doubled, altered, foreign, double_booked, unasked };
inline constexpr int clinic_kinds = 6;
std::string_view name_of(ClinicKind kind);
std::string_view meaning_of(ClinicKind kind);

struct ClinicReport {
  struct Difference { ClinicKind kind; std::string id, detail; };
  std::vector<Difference> differences;
  std::uint64_t acknowledged = 0, by_old = 0, by_new = 0, unasked = 0, excused = 0;
  std::uint64_t count(ClinicKind kind) const;
};
ClinicReport audit_clinics(const ClinicRecord& record, const ClinicRows& rows);

// `traffic audit --system clinic`; the exit status.
int run_clinic_audit(pg::Connection& db, const std::vector<std::string>& ledgers, bool as_json);

}  // namespace segue::traffic
