#include "engine/report.hpp"

#include <fmt/format.h>

#include "engine/engine.hpp"
#include "journal/repairs.hpp"
#include "steps/mapped.hpp"

namespace segue::engine {

using sql::Sql;

namespace {

bool is_done(const std::vector<journal::StepRecord>& records, const std::string& phase, const std::string& step) {
  for (const auto& record : records)
    if (record.phase == phase && record.step == step) return record.state == "done";
  return false;
}

std::vector<PhaseProgress> progress_of(const plan::Plan& plan, const std::vector<journal::StepRecord>& records) {
  std::vector<PhaseProgress> phases;
  for (const auto& phase : plan.phases) {
    PhaseProgress progress{phase.name, phase.title, 0, static_cast<int>(phase.steps.size())};
    for (const auto& step : phase.steps) progress.done += is_done(records, phase.name, step.name);
    phases.push_back(progress);
  }
  return phases;
}

bool has_new_side(pg::Connection& db, const plan::Plan& plan, const plan::Mapping& definition) {
  if (definition.derives()) return catalog::find_table(db, {plan.schema, definition.into}) && !steps::derivation(db, plan, definition.name).retired;
  const auto table = catalog::find_table(db, {plan.schema, definition.table});
  if (!table) return false;
  for (const auto& [column, expression] : definition.to_new.set)
    if (table->find(column) == nullptr) return false;
  return true;
}

// Three numbers: rows, those whose new side is complete, those without any.
Sql count_of(pg::Connection& db, const plan::Plan& plan, const plan::Mapping& definition) {
  if (definition.derives()) return mapping::count_claims(steps::derivation(db, plan, definition.name));
  return mapping::count_filled(steps::resolve(db, plan, definition.name));
}

std::vector<Coverage> coverage_of(pg::Connection& db, const plan::Plan& plan) {
  std::vector<Coverage> all;
  for (const auto& definition : plan.mappings) {
    if (!has_new_side(db, plan, definition)) continue;
    const auto counts = db.run("report.coverage", count_of(db, plan, definition));
    Coverage found{definition.name, definition.derives() ? definition.into : definition.table, counts.integer(0, 0), counts.integer(0, 1), 0, counts.integer(0, 2), 0, 0};
    found.partial = found.rows - found.full - found.fallback;
    found.queued = journal::open_repairs(db, plan.name, definition.name);
    found.accepted = journal::accepted_repairs(db, plan.name, definition.name);
    all.push_back(found);
  }
  return all;
}

std::vector<CheckResult> checks_of(pg::Connection& db, const plan::Plan& plan, const std::string& phase) {
  const auto rows = db.run("report.checks", R"sql(
    select name, expected, found, to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), passed
    from (select distinct on (name) * from segue.checks c
          where plan = $1 and phase = $2                         -- what was found before a rollback says nothing about now
            and at >= (select min(s."beganAt") from segue.steps s where s.plan = c.plan and s.phase = c.phase and s.state <> 'undone')
          order by name, id desc) latest order by id)sql"_sql,
    {plan.name, phase});
  std::vector<CheckResult> checks;
  for (int row = 0; row < rows.rows(); ++row)
    checks.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.boolean(row, 4)});
  return checks;
}

std::vector<ChecklistAnswer> checklist_of(pg::Connection& db, const plan::Plan& plan) {
  const auto given = journal::approvals(db, plan, "checklist");
  std::vector<ChecklistAnswer> answers;
  for (const auto& item : plan.checklist) {
    ChecklistAnswer answer{item, {}, {}, {}};
    for (const auto& approval : given)
      if (approval.item == item) answer = {item, approval.actor, approval.reason, approval.at};
    answers.push_back(answer);
  }
  return answers;
}

// The first thing that is open, in the order `segue run` meets it.
std::vector<std::string> next_of(const plan::Plan& plan, const Report& report) {
  std::vector<std::string> next;
  for (std::size_t i = 0; i < report.checklist.size(); ++i)
    if (report.checklist[i].actor.empty())
      next.push_back(fmt::format("segue approve {} --checklist {} --reason WHY: {}", plan.directory, i + 1, report.checklist[i].item));
  for (const auto& check : report.checks) {
    if (check.passed) continue;
    next.push_back(fmt::format("{}: expected {}, found {}", check.name, check.expected, check.found));
    if (check.name == "gate: approvals") next.back() = fmt::format("segue approve {} {} --reason WHY: {}", plan.directory, report.phase, next.back());
  }
  for (const auto& phase : report.phases) {
    if (phase.done == phase.steps) continue;
    next.push_back(fmt::format("segue run {}: phase \"{}\", {} of {} steps are done", plan.directory, phase.name, phase.done, phase.steps));
    break;
  }
  if (next.empty()) next.emplace_back("nothing: every phase is done");
  return next;
}

std::string last_begun(const plan::Plan& plan, const std::vector<PhaseProgress>& phases, const std::vector<journal::StepRecord>& records) {
  std::string last = plan.phases.front().name;
  for (const auto& phase : phases)
    for (const auto& record : records)
      if (record.phase == phase.name && record.state != "undone") last = phase.name;
  return last;
}

void read_journal(pg::Connection& db, const plan::Plan& plan, const std::string& phase, Report& report) {
  const auto records = journal::steps(db, plan.name);
  report.phases = progress_of(plan, records);
  report.phase = phase.empty() ? last_begun(plan, report.phases, records) : phase;
  for (const auto& record : records)
    if (record.phase == report.phase) report.steps.push_back(record);
  const auto hash = journal::begun_hash(db, plan.name);
  report.same_plan = !hash || *hash == plan.hash;
  report.checks = checks_of(db, plan, report.phase);
  report.checklist = checklist_of(db, plan);
  for (const auto& approval : journal::approvals(db, plan, report.phase))
    if (approval.item.empty()) report.approvals.push_back(approval);
  report.flags = journal::flags(db, plan.name);
  report.coverage = coverage_of(db, plan);
}

}  // namespace

Report report(pg::Connection& db, const plan::Plan& plan, const std::string& phase) {
  if (!phase.empty()) plan.phase(phase);
  Report made{.plan = plan.name, .title = plan.title, .hash = plan.hash, .phase = phase};
  pg::Transaction transaction(db, "begin isolation level repeatable read read only"_sql);
  made.at = db.run("report.now", R"sql(select to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'))sql"_sql).text();
  if (journal::is_installed(db)) {
    read_journal(db, plan, phase, made);
  } else {
    made.phases = progress_of(plan, {});
    made.phase = phase.empty() ? plan.phases.front().name : phase;
    for (const auto& item : plan.checklist) made.checklist.push_back({item, {}, {}, {}});
  }
  made.phase_title = plan.phase(made.phase).title;
  made.next = next_of(plan, made);
  return made;
}

}  // namespace segue::engine
