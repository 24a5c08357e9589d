#include "support/hospital.hpp"

#include "embedded/old_schema_sql.hpp"
#include "journal/journal.hpp"
#include "plan/statements.hpp"
#include "support/database.hpp"

namespace segue::tests {

using sql::build;
using sql::Ident;
using sql::Literal;
using sql::Sql;

namespace {

struct Place {
  const plan::Phase& phase;
  const plan::Step& step;
};

// By kind the first of that kind behind the expand phase, else by the step's own name.
Place place_of(const plan::Plan& plan, const std::string& kind) {
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps)
      if (phase.name != "expand" && (step.kind() == kind || step.name == kind)) return {phase, step};
  throw std::logic_error("no phase behind expand has a step " + kind);
}

}  // namespace

Hospital::Hospital(const Sql& change)
    : url_(fresh_database()), plan_(plan::load(SEGUE_SOURCE_DIR "/plans/hospital-services")), db_(url_) {
  db_.run_script("test.old_schema", Sql::from_plan(std::string(embedded::old_schema_sql())));
  if (!change.empty()) db_.run_script("test.change", change);
  journal::install(db_);
  epoch_ = journal::open_epoch(db_, plan_, false);
  const auto& expand = plan_.phase("expand");
  for (const auto& step : expand.steps)
    for (const auto& operation : plan::operations_of(plan_, expand, step)) db_.run("test.expand", operation.sql);
}

void Hospital::run(const std::string& kind) {
  Silence silence;
  const steps::Options options;
  const auto [phase, step] = place_of(plan_, kind);
  steps::Context context{db_, plan_, phase, step, epoch_, silence, options};
  steps::run(context);
}

void Hospital::undo(const std::string& kind) {
  Silence silence;
  const steps::Options options;
  const auto [phase, step] = place_of(plan_, kind);
  steps::Context context{db_, plan_, phase, step, epoch_, silence, options};
  steps::undo(context);
}

verify::Comparison Hospital::compare() {
  Silence silence;
  return verify::compare(db_, mapping(), silence);
}

Sql insert_statement(const Fields& fields) {
  static const Fields always = {{"patientName", "patient"}, {"phone", "010-0000-0000"}, {"birthDate", "1990-01-01"},
                                {"gender", "FEMALE"},       {"treatmentType", "FIRST_VISIT"}, {"preferredDate", "2026-05-04"},
                                {"updatedAt", "2026-05-01 10:00:00"}};
  std::vector<std::string> names;
  std::vector<Sql> values;
  for (const auto* list : {&fields, &always})
    for (const auto& [column, value] : *list) {
      names.push_back(column);
      values.push_back(build("{}"_sql, Literal{value}));
    }
  return build("insert into public.reservations ({}) values ({})"_sql, sql::identifier_list(names), sql::join(values, ", "_sql));
}

Sql assignments(const Fields& fields) {
  std::vector<Sql> set;
  for (const auto& [column, value] : fields) set.push_back(build("{} = {}"_sql, Ident{column}, Literal{value}));
  return sql::join(set, ", "_sql);
}

void Hospital::insert(pg::Connection& db, const Fields& fields, const Sql& behind) {
  db.run("test.insert", insert_statement(fields) + behind);
}

void Hospital::update(pg::Connection& db, const std::string& id, const Fields& fields) {
  db.run("test.update", build("update public.reservations set {} where id = {}"_sql, assignments(fields), Literal{id}));
}

std::string Hospital::row(const std::string& id) {
  const auto rows = db_.run("test.row", R"sql(
    select concat_ws('|', coalesce(service::text, '-'), coalesce("preferredTime", '-'), coalesce("serviceId", '-'),
                     coalesce("estimatedDuration"::text, '-'), coalesce(period::text, '-'))
    from public.reservations where id = $1)sql"_sql, {id});
  return rows.empty() ? "no row" : rows.text();
}

std::string Hospital::repairs(const std::string& id) {
  return db_.run("test.repairs", R"sql(
    select coalesce(string_agg(direction || ': ' || reason, '; ' order by direction, reason), '') from segue.repairs
    where key = array[$1] and "resolvedAt" is null)sql"_sql, {id}).text();
}

}  // namespace segue::tests
