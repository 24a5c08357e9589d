// The audit: who did what, when, why and with what evidence; one chain of hashes a plan (docs/decisions/0007-audit.md).
// Does: list it, and tell the first place that does not fit. The hashes are computed here again, not by the database's function.
// Does not: prevent anything: an owner can rewrite a table. A head kept elsewhere shows even a chain that was made anew.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/connection.hpp"

namespace segue::journal {

struct AuditEntry {
  std::int64_t number = 0;
  std::string plan, at, actor, action, reason, evidence, hash;   // evidence: JSON text as PostgreSQL prints it
};
std::vector<AuditEntry> audit_entries(pg::Connection& db, const std::string& plan);

// The end of a chain, as a person may keep it: "57:ab12...".
struct AuditHead {
  std::int64_t entries = 0;
  std::string hash;
  std::string text() const;
};
std::optional<AuditHead> audit_head(pg::Connection& db, const std::string& plan);
// Error{usage} if it is not of that form.
AuditHead audit_head_of(const std::string& text);

struct ChainReport {
  std::string plan;
  std::int64_t entries = 0;
  std::string head;
  std::string fault;                                             // first place that does not fit; "" if all do
};
// `known`: a head of this plan that was seen earlier; the chain must still hold it.
ChainReport check_audit(pg::Connection& db, const std::string& plan, const std::optional<AuditHead>& known = {});
// Every plan that the journal has heard of.
std::vector<ChainReport> check_every_audit(pg::Connection& db);

}  // namespace segue::journal
