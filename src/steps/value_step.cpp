// profile: every distinct text of a column is read once and stored with its meaning.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "steps/mapped.hpp"
#include "steps/meanings.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;

journal::Evidence run(Context& context, const plan::ProfileStep& step) {
  const auto& value = context.plan.value(step.value);
  const sql::QualifiedName name{context.plan.schema, value.table};
  const auto table = catalog::table(context.db, name);
  for (const auto* column : {&value.column, &value.dates})
    if (!column->empty() && table.find(*column) == nullptr)
      throw Error(ErrorCode::not_found, "table \"" + value.table + "\" has no column \"" + *column + "\"", "names are compared to the letter");
  const auto distinct = context.db.run("value.profile",
      build("select {}::text, count(*) from {} where {} is not null group by 1 order by 1"_sql, Ident{value.column}, name, Ident{value.column}));
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  journal::Evidence evidence;
  const Meanings meanings(context.db, context.plan, value);
  for (int row = 0; row < distinct.rows(); ++row) {
    stop_if_interrupted();
    const auto text = distinct.text(row, 0);
    store(context.db, context.plan, value, text, meanings.of(text), distinct.integer(row, 1));
    evidence.rows += distinct.integer(row, 1);
    context.progress.rows(row + 1, distinct.rows());
  }
  transaction.commit(fault::Point::profile_stored);
  context.db.run("value.analyze", "analyze segue.value_map"_sql);  // else the backfill's join is planned for a table that looks empty
  const auto summary = context.db.run("value.summary", R"sql(
    select coalesce(sum(rows) filter (where certainty <> 'unreadable'), 0), coalesce(sum(rows), 0),
           count(*) filter (where certainty = 'unreadable') from segue.value_map where plan = $1 and value = $2)sql"_sql,
      {context.plan.name, step.value});
  const double share = summary.number(0, 1) > 0 ? summary.number(0, 0) / summary.number(0, 1) : 1;
  context.progress.note(fmt::format("{} distinct texts, {:.2f} % of the rows read, {} texts unread", distinct.rows(), share * 100, summary.integer(0, 2)));
  evidence.detail = boost::json::serialize(boost::json::object{
      {"distinct", distinct.rows()}, {"readShare", share}, {"unreadTexts", summary.integer(0, 2)}});
  return evidence;
}

// What people decided about texts outlives a rollback.
void undo(Context&, const plan::ProfileStep&) {}

}  // namespace segue::steps
