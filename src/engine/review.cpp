#include "engine/review.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "engine/trial.hpp"
#include "journal/journal.hpp"
#include "plan/value_reader.hpp"
#include "steps/heal.hpp"
#include "steps/mapped.hpp"

namespace segue::engine {

using journal::Decision;
using Texts = std::map<std::string, std::string>;
using sql::build;
using sql::Ident;

namespace {

struct Counted { std::int64_t rows = 0; std::string first, last; };

// The old column under the name it has now; nothing once it is dropped.
std::optional<std::string> column_now(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value) {
  const auto table = catalog::find_table(db, {plan.schema, value.table});
  if (!table) return std::nullopt;
  for (const auto& name : {value.column, steps::retired_name(value.column)})
    if (table->find(name) != nullptr) return name;
  return std::nullopt;
}

// Rows as they are now, of the texts that are listed: one pass over the table.
std::map<std::string, Counted> count_rows(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const Listing& listing) {
  std::map<std::string, Counted> counted;
  const auto column = column_now(db, plan, value);
  if (!column) return counted;
  const sql::QualifiedName name{plan.schema, value.table};
  const auto table = catalog::table(db, name);
  if (!listing.date.empty() && table.find(listing.date) == nullptr)
    throw Error(ErrorCode::not_found, fmt::format("table \"{}\" has no column \"{}\"", value.table, listing.date), "names are compared to the letter");
  const auto date = listing.date.empty() ? "null::text"_sql : build("t.{}"_sql, Ident{listing.date});
  const auto rows = db.run("review.count", build(R"sql(
    select t.{}::text, count(*), left(min({})::text, 10), left(max({})::text, 10) from {} t
    join segue.value_map m on m.plan = $1 and m.value = $2 and m.raw = t.{}::text and (m.meaning is null or $3::boolean) group by 1)sql"_sql,
    Ident{*column}, date, date, name, Ident{*column}), {plan.name, value.name, listing.all});
  for (int row = 0; row < rows.rows(); ++row) counted[rows.text(row, 0)] = {rows.integer(row, 1), rows.text(row, 2), rows.text(row, 3)};
  return counted;
}

// What each text means now.
Texts texts_there(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value) {
  const auto rows = db.run("review.texts", R"sql(
    select raw, coalesce(meaning, '') from segue.value_map where plan = $1 and value = $2
    union select raw, '' from segue.value_seen q where plan = $1 and value = $2
      and not exists (select 1 from segue.value_map m where m.plan = $1 and m.value = $2 and m.raw = q.raw))sql"_sql,
    {plan.name, value.name});
  Texts texts;
  for (int row = 0; row < rows.rows(); ++row) texts.emplace(rows.text(row, 0), rows.text(row, 1));
  return texts;
}

// Why a wish cannot be, or "". Neither text nor meaning is repeated: both may be what a patient wrote.
std::string objection(const plan::ValueDef& value, const Texts& there, const Wish& wish) {
  const auto& decision = wish.decision;
  if (!wish.problem.empty()) return wish.problem;
  if (!there.contains(decision.raw)) return "no row was seen with this text";
  if (decision.reason.empty()) return "a decision needs a reason";
  if (decision.meaning.empty() || plan::may_mean(value, decision.meaning)) return {};
  const auto known = plan::meanings_of(value);
  return fmt::format("this is no meaning of value \"{}\": {}", value.name,
                     known ? "it may be " + join(*known, ", ") : fmt::format("reader \"{}\" does not give it", value.reader));
}

void refuse_impossible(const plan::ValueDef& value, const Texts& there, const std::vector<Wish>& wishes) {
  std::vector<std::string> problems;
  std::map<std::string, std::string> places;
  for (const auto& wish : wishes) {
    auto problem = objection(value, there, wish);
    const auto [first, fresh] = places.emplace(wish.decision.raw, wish.place);
    if (wish.problem.empty() && problem.empty() && !fresh) problem = "the same text stands in " + first->second;
    if (!problem.empty()) problems.push_back(wish.place.empty() ? problem : wish.place + ": " + problem);
  }
  if (!problems.empty())
    throw Error(ErrorCode::refused, join(problems, "\n  "), "nothing was changed; segue review PLAN list --all shows the texts, and what they mean");
}

}  // namespace

const plan::ValueDef& value_named(const plan::Plan& plan, const std::optional<std::string>& name) {
  if (name) return plan.value(*name);
  if (plan.values.size() == 1) return plan.values.front();
  std::vector<std::string> names;
  for (const auto& value : plan.values) names.push_back(value.name);
  throw Error(ErrorCode::usage, plan.values.empty() ? fmt::format("plan \"{}\" has no values", plan.name) : fmt::format("plan \"{}\" has several values", plan.name),
              plan.values.empty() ? "" : "say --value with one of " + join(names, ", "));
}

void refuse_other_plan(pg::Connection& db, const plan::Plan& plan) {
  const auto hash = journal::begun_hash(db, plan.name);
  if (hash && *hash != plan.hash)
    throw Error(ErrorCode::plan_changed, fmt::format("plan \"{}\" was begun from other files than these", plan.name),
                "put the files back as they were, or let segue run --accept-changed-plan take these over first");
}

std::vector<Text> list_texts(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const Listing& listing) {
  std::vector<Text> texts;
  if (!journal::is_installed(db)) return texts;
  auto counted = count_rows(db, plan, value, listing);
  const auto rows = db.run("review.list", R"sql(
    select m.raw, m.meaning, m.rule, m.certainty, m."decidedBy", coalesce(d.reason, '') from segue.value_map m
    left join segue.decisions d on d.plan = m.plan and d.value = m.value and d.raw = m.raw and d."withdrawnAt" is null
    where m.plan = $1 and m.value = $2 and (m.meaning is null or $3::boolean))sql"_sql, {plan.name, value.name, listing.all});
  for (int row = 0; row < rows.rows(); ++row) {
    const auto raw = rows.text(row, 0);
    const auto& found = counted[raw];
    texts.push_back({journal::text_id(raw), raw, rows.optional_text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.text(row, 4), rows.text(row, 5),
                     found.rows, found.first, found.last});
  }
  std::ranges::sort(texts, [](const Text& a, const Text& b) { return a.rows != b.rows ? a.rows > b.rows : a.raw < b.raw; });
  return texts;
}

std::string find_text(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const std::string& named) {
  const auto there = journal::is_installed(db) ? texts_there(db, plan, value) : Texts();
  if (there.contains(named)) return named;
  std::vector<std::string> found;
  if (named.starts_with("id:") && named.size() > 3)
    for (const auto& [text, meaning] : there)
      if (journal::text_id(text).starts_with(named.substr(3))) found.push_back(text);
  if (found.size() == 1) return found.front();
  if (found.size() > 1) throw Error(ErrorCode::usage, fmt::format("{} texts have an id that begins so", found.size()), "give more of its digits");
  throw Error(ErrorCode::not_found, there.empty() ? "there is nothing to review yet: no text was read" : "no row was seen with this text",
              there.empty() ? "the plan's profile step reads them: segue run " + plan.name : "segue review " + plan.name + " list --all shows the texts; id:... names one by its id");
}

Outcome decide(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, std::vector<Wish> wishes, Progress* progress) {
  if (!journal::is_installed(db)) throw Error(ErrorCode::not_found, "there is nothing to review yet: no text was read", "the plan's profile step reads them: segue run " + plan.name);
  refuse_other_plan(db, plan);
  Outcome outcome;
  const auto there = texts_there(db, plan, value);
  const auto meant = std::erase_if(wishes, [&](const Wish& wish) {
    const auto found = there.find(wish.decision.raw);
    return wish.problem.empty() && wish.decision.reason.empty() && !wish.decision.meaning.empty() && found != there.end() && found->second == wish.decision.meaning;
  });
  outcome.unchanged = static_cast<std::int64_t>(meant);
  refuse_impossible(value, there, wishes);
  const auto followers = steps::followers_of(db, plan, value);
  if (!column_now(db, plan, value) || std::ranges::any_of(followers, &steps::Follower::retired))
    throw Error(ErrorCode::refused, fmt::format("the texts of value \"{}\" are retired: no row follows them any more", value.name),
                fmt::format("segue rollback {} --to PHASE brings them back", plan.name));
  outcome.rows_follow = std::ranges::any_of(followers, &steps::Follower::follows);
  std::map<std::string, Decision> standing;
  for (auto& decision : journal::open_decisions(db, plan.name, value.name)) standing.emplace(decision.raw, decision);
  std::vector<Decision> changes;
  for (const auto& [place, wish, problem] : wishes) {
    const auto before = standing.find(wish.raw);
    const auto stands = before == standing.end() ? std::string() : before->second.meaning;
    if (stands == wish.meaning) ++outcome.unchanged;
    else changes.push_back(wish);
  }
  for (const auto& follower : followers)
    if (follower.follows()) try_on_rows(db, plan, value, follower, changes);
  {
    pg::Transaction transaction(db);
    const bool few = plan::meanings_of(value).has_value();
    for (const auto& change : changes) {
      if (change.meaning.empty()) journal::withdraw(db, plan.name, change);
      else journal::decide(db, plan.name, change, few ? change.meaning : "not shown");
    }
    transaction.commit();
  }
  outcome.changed = static_cast<std::int64_t>(changes.size());
  if (outcome.changed > 0 && outcome.rows_follow) steps::heal_texts(db, plan, std::nullopt, value, progress);
  else if (outcome.changed > 0) store_now(db, plan, value, changes);
  return outcome;
}

}  // namespace segue::engine
