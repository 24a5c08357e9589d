#include "journal/audit.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "journal/journal.hpp"

namespace segue::journal {

namespace {

constexpr int entries_at_once = 5000;

std::string hash_of(const std::string& previous, const AuditEntry& entry) {
  std::string text = previous;
  for (const auto& field : {std::to_string(entry.number), entry.plan, entry.at, entry.actor, entry.action, entry.reason, entry.evidence})
    text += fmt::format("{}:{},", field.size(), field);
  return sha256_hex(text);
}

// By number, then by id: numbers are unique only as long as nobody took the constraint away.
std::vector<AuditEntry> read_entries(pg::Connection& db, const std::string& plan, std::int64_t offset) {
  const auto rows = db.run("audit.entries", R"sql(
    select number, plan, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor, action, reason, evidence::text, hash
    from segue.audit where plan = $1 order by number, id offset $2::bigint limit $3::bigint)sql"_sql, {plan, offset, entries_at_once});
  std::vector<AuditEntry> entries;
  for (int row = 0; row < rows.rows(); ++row)
    entries.push_back({rows.integer(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.text(row, 4), rows.text(row, 5),
                       rows.text(row, 6), rows.text(row, 7)});
  return entries;
}

// Walks a chain; `fault` is the first thing that does not fit.
class Walk {
 public:
  Walk(const std::string& plan, const std::optional<AuditHead>& known) : known_(known) { report_.plan = plan; }

  bool next(const AuditEntry& entry) {
    const auto expected = report_.entries + 1;
    if (entry.number > expected) return fault(fmt::format("entry {} is missing", expected));
    if (entry.number < expected) return fault(fmt::format("entry {} was put in: its number is taken", entry.number));
    if (hash_of(previous_, entry) != entry.hash)
      return fault(fmt::format("entry {} ({}) does not fit: it, or its place in the chain, was changed", entry.number, entry.at));
    if (known_ && known_->entries == entry.number && known_->hash != entry.hash)
      return fault(fmt::format("entry {} ({}) is not the one that was known: the chain was made anew", entry.number, entry.at));
    previous_ = entry.hash;
    report_.entries = entry.number;
    return true;
  }

  ChainReport end(const std::optional<AuditHead>& head) {
    if (!report_.fault.empty()) return report_;
    if (!head) fault("its head is missing");
    else if (head->entries > report_.entries) fault(missing(report_.entries + 1, head->entries) + " removed from the end");
    else if (head->entries < report_.entries) fault(fmt::format("entry {} was put in behind the end", head->entries + 1));
    else if (head->hash != previous_) fault("its head does not fit the last entry");
    else if (known_ && known_->entries > report_.entries) fault(missing(report_.entries + 1, known_->entries) + " known, and are not there");
    report_.head = AuditHead{report_.entries, previous_}.text();
    return report_;
  }

 private:
  static std::string missing(std::int64_t first, std::int64_t last) {
    return first == last ? fmt::format("entry {} was", first) : fmt::format("entries {} to {} were", first, last);
  }
  bool fault(std::string text) {
    report_.fault = std::move(text);
    return false;
  }

  ChainReport report_;
  std::string previous_;
  std::optional<AuditHead> known_;
};

}  // namespace

void audit(pg::Connection& db, const std::string& plan, const std::string& actor, const std::string& action,
           const std::string& reason, const std::string& evidence) {
  db.run("journal.audit", "insert into segue.audit (plan, actor, action, reason, evidence) values ($1, $2, $3, $4, $5::jsonb)"_sql,
         {plan, actor, action, reason, evidence});
}

std::vector<AuditEntry> audit_entries(pg::Connection& db, const std::string& plan) {
  std::vector<AuditEntry> all;
  for (auto page = read_entries(db, plan, 0); !page.empty(); page = read_entries(db, plan, static_cast<std::int64_t>(all.size())))
    all.insert(all.end(), page.begin(), page.end());
  return all;
}

std::string AuditHead::text() const { return fmt::format("{}:{}", entries, hash); }

std::optional<AuditHead> audit_head(pg::Connection& db, const std::string& plan) {
  const auto rows = db.run("audit.head", "select entries, hash from segue.audit_heads where plan = $1"_sql, {plan});
  if (rows.empty()) return std::nullopt;
  return AuditHead{rows.integer(0, 0), rows.text(0, 1)};
}

AuditHead audit_head_of(const std::string& text) {
  const auto colon = text.find(':');
  const auto entries = colon == std::string::npos ? std::nullopt : to_integer(text.substr(0, colon));
  constexpr std::size_t hash_length = 64;
  if (!entries || *entries < 1 || text.size() - colon - 1 != hash_length)
    throw Error(ErrorCode::usage, "expected the head of an audit as NUMBER:HASH, got \"" + text + "\"", "segue audit verify PLAN prints it");
  return {*entries, text.substr(colon + 1)};
}

ChainReport check_audit(pg::Connection& db, const std::string& plan, const std::optional<AuditHead>& known) {
  pg::Transaction transaction(db, "begin isolation level repeatable read read only"_sql);   // entries and head of one moment
  Walk walk(plan, known);
  std::int64_t seen = 0;
  for (auto page = read_entries(db, plan, 0); !page.empty(); page = read_entries(db, plan, seen)) {
    for (const auto& entry : page)
      if (!walk.next(entry)) return walk.end({});
    seen += static_cast<std::int64_t>(page.size());
  }
  return walk.end(audit_head(db, plan));
}

std::vector<ChainReport> check_every_audit(pg::Connection& db) {
  const auto plans = db.run("audit.plans", R"sql(
    select plan from segue.plans union select plan from segue.audit_heads union select plan from segue.audit order by 1)sql"_sql);
  std::vector<ChainReport> reports;
  for (int row = 0; row < plans.rows(); ++row) reports.push_back(check_audit(db, plans.text(row)));
  return reports;
}

}  // namespace segue::journal
