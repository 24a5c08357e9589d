#include "journal/decisions.hpp"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "journal/journal.hpp"

namespace segue::journal {

namespace {

constexpr std::size_t id_length = 12;

std::vector<Decision> decisions_of(const pg::Result& rows) {
  std::vector<Decision> decisions;
  for (int row = 0; row < rows.rows(); ++row)
    decisions.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.text(row, 4), rows.text(row, 5),
                         rows.text(row, 6), rows.text(row, 7), rows.text(row, 8)});
  return decisions;
}

// The text is read again, and every row that holds it follows.
void queue(pg::Connection& db, const std::string& plan, const Decision& decision) {
  db.run("decision.queue", "insert into segue.value_seen (plan, value, raw) values ($1, $2, $3)"_sql, {plan, decision.value, decision.raw});
}

bool close(pg::Connection& db, const std::string& plan, const Decision& decision) {
  return db.run("decision.close", R"sql(
    update segue.decisions set "withdrawnAt" = clock_timestamp(), "withdrawnBy" = $4, "withdrawnFor" = $5
    where plan = $1 and value = $2 and raw = $3 and "withdrawnAt" is null)sql"_sql,
    {plan, decision.value, decision.raw, decision.actor, decision.reason}).affected() > 0;
}

}  // namespace

std::string text_id(const std::string& raw) { return sha256_hex(raw).substr(0, id_length); }

std::vector<Decision> open_decisions(pg::Connection& db, const std::string& plan, const std::string& value) {
  return decisions_of(db.run("decision.open", R"sql(
    select value, raw, meaning, actor, reason, to_char(at, 'YYYY-MM-DD HH24:MI:SSOF'), '', '', '' from segue.decisions
    where plan = $1 and value = $2 and "withdrawnAt" is null order by id)sql"_sql, {plan, value}));
}

std::vector<Decision> decisions_about(pg::Connection& db, const std::string& plan, const std::string& value, const std::string& raw) {
  return decisions_of(db.run("decision.history", R"sql(
    select value, raw, meaning, actor, reason, to_char(at, 'YYYY-MM-DD HH24:MI:SSOF'),
           coalesce(to_char("withdrawnAt", 'YYYY-MM-DD HH24:MI:SSOF'), ''), coalesce("withdrawnBy", ''), coalesce("withdrawnFor", '')
    from segue.decisions where plan = $1 and value = $2 and raw = $3 order by id)sql"_sql, {plan, value, raw}));
}

void decide(pg::Connection& db, const std::string& plan, const Decision& decision, const std::string& shown) {
  close(db, plan, decision);
  db.run("decision.make", "insert into segue.decisions (plan, value, raw, meaning, actor, reason) values ($1, $2, $3, $4, $5, $6)"_sql,
         {plan, decision.value, decision.raw, decision.meaning, decision.actor, decision.reason});
  queue(db, plan, decision);
  audit(db, plan, decision.actor, "text decided", decision.reason,
        boost::json::serialize(boost::json::object{{"value", decision.value}, {"text", text_id(decision.raw)}, {"meaning", shown}}));
}

bool withdraw(pg::Connection& db, const std::string& plan, const Decision& decision) {
  if (!close(db, plan, decision)) return false;
  queue(db, plan, decision);
  audit(db, plan, decision.actor, "decision withdrawn", decision.reason,
        boost::json::serialize(boost::json::object{{"value", decision.value}, {"text", text_id(decision.raw)}}));
  return true;
}

}  // namespace segue::journal
