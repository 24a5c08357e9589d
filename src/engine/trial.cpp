#include "engine/trial.hpp"

#include <fmt/format.h>

#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "steps/mapped.hpp"
#include "steps/meanings.hpp"

namespace segue::engine {

using journal::Decision;
using sql::build;
using sql::Ident;

namespace {

constexpr int most_attempts = 50;

// What the text will mean when the decision is made or withdrawn.
steps::Meant meaning_after(const steps::Meanings& meanings, const Decision& change) {
  if (change.meaning.empty()) return meanings.read(change.raw);
  return {change.meaning, "decided in review", "decided", change.actor};
}

void try_on_row(pg::Connection& writer, const plan::Plan& plan, const plan::ValueDef& value, const steps::Follower& follower, const std::string& key, const Decision& change) {
  for (int attempts = 1;; ++attempts) {
    stop_if_interrupted();
    try {
      pg::Transaction transaction(writer);                       // never committed
      steps::store(writer, plan, value, change.raw, meaning_after(steps::Meanings(writer, plan, value), change), std::nullopt);
      for (const auto& statement : follower.by_key) writer.run("review.try", statement, {key});
      return;
    } catch (const Error& error) {
      if (error.sqlstate().starts_with("22") || error.sqlstate().starts_with("23"))
        throw Error(ErrorCode::refused,
                    fmt::format("the rows of text {} cannot follow: the database refuses {}", journal::text_id(change.raw),
                                change.meaning.empty() ? "the row without this decision" : "this meaning"),
                    change.meaning.empty() ? "decide it otherwise instead: segue review PLAN set; nobody can read it, and the plan names no \"unreadable: {live: ...}\""
                                           : "nothing was changed; the mapping's expressions say what the column takes").with_sqlstate(error.sqlstate());
      if ((error.sqlstate() != "55P03" && error.sqlstate() != "40P01") || attempts == most_attempts) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

void try_on_rows(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const steps::Follower& follower, const std::vector<Decision>& changes) {
  std::vector<std::string> texts;
  for (const auto& change : changes) texts.push_back(change.raw);
  const auto rows = db.run("review.examples", build("select distinct on (x.{}::text) x.{}::text, {} from {} x where x.{}::text = any ($1::text[])"_sql, Ident{value.column},
                                                    Ident{value.column}, mapping::key_array(follower.rows, "x"), follower.rows.table, Ident{value.column}),
                           {sql::array_text(texts)});
  if (rows.empty()) return;
  pg::Connection writer(db.url(), {.application_name = "segue/review/" + plan.name, .lock_timeout = plan.limits.lock_timeout});
  steps::prepare_follower(writer, plan, follower);
  for (int row = 0; row < rows.rows(); ++row)
    for (const auto& change : changes)
      if (change.raw == rows.text(row, 0)) try_on_row(writer, plan, value, follower, rows.text(row, 1), change);
}

void store_now(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const std::vector<Decision>& changes) {
  pg::Transaction transaction(db);
  const steps::Meanings meanings(db, plan, value);
  for (const auto& change : changes) steps::store(db, plan, value, change.raw, meanings.of(change.raw), std::nullopt);
  transaction.commit();
}

}  // namespace segue::engine
