#include <fmt/format.h>

#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/engine.hpp"
#include "steps/repairs.hpp"

namespace segue::engine {

using sql::build;
using sql::Ident;

namespace {

struct Rows { std::int64_t all = 0, mismatches = 0, incomplete = 0; bool filled = true; };

// Until the last step that fills it, its backfill, is done, a mapping's rows are expected to differ.
bool is_filled(pg::Connection& db, const plan::Plan& plan, const std::string& mapping) {
  std::string state;
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps) {
      const auto* sync = std::get_if<plan::SyncStep>(&step.what);
      const auto* backfill = std::get_if<plan::BackfillStep>(&step.what);
      if ((sync != nullptr && sync->mapping == mapping) || (backfill != nullptr && backfill->mapping == mapping))
        state = journal::step_state(db, plan.name, phase.name, step.name);
    }
  return state == "done";
}

Rows count_rows(pg::Connection& db, const plan::Plan& plan, Progress& progress) {
  Rows total;
  for (const auto& definition : plan.mappings) {
    if (!is_filled(db, plan, definition.name)) {
      total.filled = false;
      continue;
    }
    const auto mapping = steps::mapped(db, plan, definition.name);
    const auto result = steps::compare_settled(db, plan, std::nullopt, mapping, progress);
    total.all += result.rows;
    total.mismatches += result.differing;
    total.incomplete += result.incomplete;
  }
  return total;
}

// Over the rows as they are now, not as they were when the texts were profiled. NULL is no text: there is nothing to read, and nothing
// anybody could decide; what such a row gets stands in the plan.
void measure_value(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, gate::Measures& measures) {
  const auto rows = db.run("gate.value", build(R"sql(
    with counted as (
      select m.meaning, t.{} is null as no_text, count(*) as rows from {} t
      left join segue.value_map m on m.plan = $1 and m.value = $2 and m.raw = t.{}::text group by 1, 2)
    select coalesce(sum(rows) filter (where meaning is not null), 0), coalesce(sum(rows) filter (where not no_text), 0),
           coalesce(max(rows) filter (where meaning is not null), 0), coalesce(sum(rows) filter (where no_text), 0) from counted)sql"_sql,
    Ident{value.column}, sql::QualifiedName{plan.schema, value.table}, Ident{value.column}), {plan.name, value.name});
  measures.without_text += rows.integer(0, 3);
  const auto read = rows.number(0, 0), all = rows.number(0, 1), largest = rows.number(0, 2);
  const double share_read = all > 0 ? read / all : 1, largest_share = read > 0 ? largest / read : 0;
  measures.read = std::min(measures.read.value_or(1), share_read);
  measures.largest_share = std::max(measures.largest_share.value_or(0), largest_share);
}

bool still_there(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value) {
  const auto table = catalog::find_table(db, {plan.schema, value.table});
  return table && table->find(value.column) != nullptr;
}

}  // namespace

gate::Measures measure(pg::Connection& db, const plan::Plan& plan, const plan::Phase& phase, Progress& progress) {
  gate::Measures measures;
  const auto rows = count_rows(db, plan, progress);
  measures.mismatches = static_cast<double>(rows.mismatches);
  if (rows.filled) measures.populated = rows.all > 0 ? 1 - static_cast<double>(rows.incomplete) / static_cast<double>(rows.all) : 1;
  steps::reopen_changed(db, plan, std::nullopt);
  measures.repairs = static_cast<double>(journal::open_repairs(db, plan.name));
  measures.accepted = journal::accepted_repairs(db, plan.name);
  for (const auto& value : plan.values)
    if (still_there(db, plan, value)) measure_value(db, plan, value, measures);
  std::set<std::string> people;                                  // somebody who approves twice is still one person
  for (const auto& approval : journal::approvals(db, plan, phase.name))
    if (approval.item.empty()) people.insert(approval.actor);
  measures.approvals = static_cast<int>(people.size());
  return measures;
}

Verification run_check(pg::Connection& db, const plan::Check& check) {
  pg::Transaction transaction(db, "begin read only"_sql);
  const auto rows = db.run("check." + check.name, sql::Sql::from_plan(check.sql));
  const bool single = rows.rows() == 1 && rows.columns() == 1;
  const auto found = single ? rows.text() : fmt::format("{} rows of {} columns", rows.rows(), rows.columns());
  const auto expected_number = to_number(check.expect), found_number = to_number(found);
  const bool equal = expected_number && found_number ? *expected_number == *found_number : found == check.expect;
  return {check.name, check.expect, found, single && equal, 0};
}

std::vector<std::string> unanswered_checklist(pg::Connection& db, const plan::Plan& plan) {
  std::vector<std::string> open;
  const auto given = journal::approvals(db, plan, "checklist");
  for (const auto& item : plan.checklist) {
    bool answered = false;
    for (const auto& approval : given) answered = answered || approval.item == item;
    if (!answered) open.push_back(item);
  }
  return open;
}

}  // namespace segue::engine
