#include "steps/meanings.hpp"

#include "base/error.hpp"
#include "journal/decisions.hpp"
#include "journal/journal.hpp"
#include "plan/value_reader.hpp"

namespace segue::steps {

using sql::build;

Meanings::Meanings(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value) : db_(db), value_(value) {
  if (value.expression.empty()) reader_ = plan::reader_of(value);
  for (const auto& [raw, meaning] : value.decided) by_plan_.emplace(raw, meaning);
  if (!journal::is_installed(db)) return;
  for (const auto& decision : journal::open_decisions(db, plan.name, value.name)) by_people_[decision.raw] = {decision.meaning, decision.actor};
}

Meant Meanings::of(const std::string& raw) const {
  if (const auto found = by_people_.find(raw); found != by_people_.end())
    return {found->second.meaning, "decided in review", "decided", found->second.name};
  return read(raw);
}

Meant Meanings::read(const std::string& raw) const {
  if (!reader_) return computed(raw);
  const auto reading = reader_->read(raw);
  const bool decided = reading.certainty == values::Certainty::decided;
  return {reading.meaning, reading.rule, std::string(values::name_of(reading.certainty)), decided ? "plan" : value_.reader};
}

// A text the expression fails on ("invalid input syntax") is unreadable, like one it gives NULL for.
Meant Meanings::computed(const std::string& raw) const {
  if (const auto found = by_plan_.find(raw); found != by_plan_.end()) return {found->second, "decided in the plan", "decided", "plan"};
  std::optional<std::string> meaning;
  std::string why = "the expression gives NULL";
  db_.run("value.before", "savepoint segue_value"_sql);
  try {
    const auto row = db_.run("value.expression", build("select ({})::text from (select $1::text as raw) t"_sql, sql::Sql::from_plan(value_.expression)), {raw});
    meaning = row.optional_text(0, 0);
  } catch (const Error& error) {
    if (!error.sqlstate().starts_with("22")) throw;              // not a data exception: the expression itself is wrong
    why = "the expression fails";
    db_.run("value.failed", "rollback to savepoint segue_value"_sql);
  }
  db_.run("value.after", "release savepoint segue_value"_sql);
  if (meaning) return {meaning, "expression", "certain", "expression"};
  return {std::nullopt, why, "unreadable", "expression"};
}

bool store(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const std::string& raw, const Meant& meant,
           std::optional<std::int64_t> counted) {
  std::optional<std::string> rows;
  if (counted) rows = std::to_string(*counted);
  return db.run("value.store", R"sql(
    with before as (select meaning from segue.value_map where plan = $1 and value = $2 and raw = $3), stored as (
      insert into segue.value_map as m (plan, value, raw, meaning, rule, certainty, rows, "decidedBy")
      values ($1, $2, $3, $4, $5, $6, coalesce($7::bigint, 0), $8)
      on conflict (plan, value, left(raw, 600), hashtextextended(raw, 0)) do update set rows = coalesce($7::bigint, m.rows),
        meaning = excluded.meaning, rule = excluded.rule, certainty = excluded.certainty, "decidedBy" = excluded."decidedBy", at = clock_timestamp()
      returning meaning)
    select exists (select 1 from before, stored where before.meaning is distinct from stored.meaning))sql"_sql,
    {plan.name, value.name, raw, meant.meaning, meant.rule, meant.certainty, rows, meant.decided_by}).boolean();
}

}  // namespace segue::steps
