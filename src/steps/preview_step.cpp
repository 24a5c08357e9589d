// preview: what a query says now, kept as evidence for whoever approves the gate behind it.
// Reads in a session of its own that may write nothing and lock nothing; whatever the query's functions leave in the session ends with it.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "steps/step.hpp"

namespace segue::steps {

using sql::build;
using sql::Sql;

namespace {

constexpr int most_rows = 100, most_columns = 20;
constexpr std::size_t longest_cell = 200;
constexpr auto longest = std::chrono::minutes(5);                // its snapshot keeps VACUUM waiting that long

Error refused(const Context& context, const std::string& why, const std::string& hint) {
  return Error(ErrorCode::refused, fmt::format("preview \"{}\" {}", context.step.name, why), hint);
}

// A function can lock what the reader of the plan could not see. Whoever waits for it waits no longer than this transaction.
void refuse_locks(const Context& context, pg::Connection& db) {
  const auto held = db.run("preview.locks", R"sql(
    select coalesce(c.relname, '(advisory)'), l.mode from pg_catalog.pg_locks l left join pg_catalog.pg_class c on c.oid = l.relation
    where l.pid = pg_backend_pid() and (l.locktype = 'relation' and l.mode <> 'AccessShareLock' or l.locktype = 'advisory')
    order by 1 limit 1)sql"_sql);
  if (!held.empty())
    throw refused(context, fmt::format("took the lock {} on \"{}\"", held.text(0, 1), held.text(0, 0)), "a preview only reads; leave out the function that locks");
}

Table table_from(const Context& context, const plan::PreviewStep& step, const pg::Result& result) {
  const std::string hint = "a preview is for people: aggregate in the query, e.g. by month";
  if (result.rows() > most_rows) throw refused(context, fmt::format("gives more than {} rows", most_rows), hint);
  if (result.columns() > most_columns) throw refused(context, fmt::format("gives {} columns, at most {}", result.columns(), most_columns), hint);
  Table table{step.title, {}, {}};
  for (int column = 0; column < result.columns(); ++column) table.columns.push_back(result.column_name(column));
  for (int row = 0; row < result.rows(); ++row) {
    auto& cells = table.rows.emplace_back();
    for (int column = 0; column < result.columns(); ++column) {
      cells.push_back(result.optional_text(row, column));
      if (cells.back() && cells.back()->size() > longest_cell)
        throw refused(context, fmt::format("gives a text of more than {} bytes in column \"{}\"", longest_cell, table.columns[static_cast<std::size_t>(column)]), hint);
    }
  }
  return table;
}

Table ask(const Context& context, const plan::PreviewStep& step) {
  pg::Connection reader(context.db.url(), {.application_name = "segue/preview/" + context.plan.name,
                                           .search_path = sql::quote_identifier(context.plan.schema),
                                           .lock_timeout = context.plan.limits.lock_timeout, .statement_timeout = longest});
  pg::Transaction transaction(reader, "begin read only"_sql);
  // The line's end closes a comment that the query may end with.
  const auto query = build("select * from ({}\n) preview limit {}"_sql, Sql::from_plan(step.text), most_rows + 1);
  const auto result = reader.run("preview." + context.step.name, query);
  refuse_locks(context, reader);
  return table_from(context, step, result);
}

}  // namespace

journal::Evidence run(Context& context, const plan::PreviewStep& step) {
  constexpr std::string_view timed_out = "57014", writes = "25006";
  try {
    const auto table = ask(context, step);
    context.progress.table(table);
    fault::point(fault::Point::preview_read, context.db.socket());
    journal::Evidence evidence;
    evidence.rows = static_cast<std::int64_t>(table.rows.size());
    evidence.detail = to_json(table);
    return evidence;
  } catch (const Error& error) {
    if (error.sqlstate() == timed_out) throw refused(context, fmt::format("took longer than {} minutes and was stopped", longest.count()), "let it read fewer rows");
    if (error.sqlstate() == writes) throw refused(context, "tried to write: " + error.message(), "a preview only reads; what writes belongs into a sql step");
    throw;
  }
}

void undo(Context&, const plan::PreviewStep&) {}

}  // namespace segue::steps
