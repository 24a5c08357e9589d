#include "steps/going_back.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "mapping/going_back.hpp"
#include "steps/archive.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

// Before traffic moves every new side was made from an old one.
bool traffic_has_moved(const std::vector<journal::StepRecord>& records) {
  for (const auto& record : records)
    if ((record.kind == "rollout" || record.kind == "retire" || record.kind == "drop") && record.state != "undone") return true;
  return false;
}

// A dropped enum stands in for itself, in this session's own schema, until the transaction ends.
void stand_in_types(pg::Connection& db, const boost::json::object& definition) {
  if (!definition.contains("types")) return;
  for (const auto& entry : definition.at("types").as_array()) {
    const auto& type = entry.as_object();
    const Ident name{text_of(type, "name")};
    if (db.run("going_back.type", "select to_regtype($1) is not null"_sql, {sql::render(name)}).boolean()) continue;
    std::vector<sql::Sql> labels;
    for (const auto& label : type.at("labels").as_array()) labels.push_back(build("{}"_sql, Literal{std::string(label.as_string())}));
    db.run("going_back.type", build("create type pg_temp.{} as enum ({})"_sql, name, sql::join(labels, ", "_sql)));
  }
}

struct Shape { catalog::Table table; std::map<std::string, std::string> renamed; bool archived = false, gone = false; };

// The table as it would be with its old columns: those that were dropped are as the archive describes them.
Shape shape_of(pg::Connection& db, const plan::Plan& plan, const plan::Mapping& definition) {
  Shape shape{catalog::table(db, {plan.schema, definition.table}), {}, false, false};
  for (const auto& [column, expression] : definition.to_old.set) {
    if (shape.table.find(column) != nullptr) continue;
    const auto retired = retired_name(column);
    shape.renamed[column] = retired;
    if (shape.table.find(retired) != nullptr) continue;
    const auto rows = db.run("going_back.archived", R"sql(select definition from segue.archives
      where plan = $1 and target = $2 and "removedAt" is null and "archiveTable" <> '')sql"_sql, {plan.name, definition.table + "." + column});
    if (rows.empty()) return {shape.table, {}, false, true};
    const auto archived = boost::json::parse(rows.text());
    stand_in_types(db, archived.as_object());
    shape.archived = true;
    for (const auto& entry : archived.as_object().at("columns").as_array())
      if (text_of(entry.as_object(), "name") == retired)
        shape.table.columns.push_back({retired, text_of(entry.as_object(), "type"), entry.as_object().at("notNull").as_bool(), std::nullopt, false});
  }
  return shape;
}

void count(pg::Connection& db, const plan::Plan& plan, const plan::Mapping& definition, GoingBack& result) {
  const auto shape = shape_of(db, plan, definition);
  if (shape.gone || definition.to_old.set.empty()) return;
  const auto mapping = mapping::resolve(plan, definition, shape.table, shape.renamed);
  std::optional<mapping::Kept> kept;
  if (shape.archived) kept = mapping::Kept{archive_name(plan, definition.table), hashed_columns(plan, definition.table)};
  const auto counts = db.run("going_back.count", mapping::count_unheld(mapping, kept));
  const auto& columns = mapping.to_old.columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto at = static_cast<int>(2 * i);
    if (counts.integer(0, at) == 0) continue;
    const bool stops = columns[i].stand_in.empty() && shape.table.find(columns[i].stored)->not_null;
    const auto reason = columns[i].column + " has no such value" + (stops ? ", must not be empty, and the plan names no stand-in"
                                                                    : columns[i].stand_in.empty() ? ": stays empty" : ": gets the stand-in");
    result.unheld.push_back({definition.name, columns[i].column, reason, counts.text(0, at + 1), counts.integer(0, at), stops});
  }
  result.rows += counts.integer(0, static_cast<int>(2 * columns.size()));
}

}  // namespace

GoingBack going_back(const std::string& url, const plan::Plan& plan, std::chrono::milliseconds budget) {
  pg::Connection db(url, {.application_name = "segue/going-back/" + plan.name, .search_path = sql::quote_identifier(plan.schema),
                          .lock_timeout = plan.limits.lock_timeout, .statement_timeout = budget});
  GoingBack result;
  if (!journal::is_installed(db) || !traffic_has_moved(journal::steps(db, plan.name))) return result;
  const pg::Transaction looking(db);                             // never committed
  for (const auto& definition : plan.mappings) count(db, plan, definition, result);
  return result;
}

std::vector<ArchiveRecord> archives(pg::Connection& db, const plan::Plan& plan) {
  const auto rows = db.run("archives.list", R"sql(
    select step, target, "archiveTable", at, coalesce("removedAt"::text, ''), coalesce("removedBy", ''), rows,
           coalesce(pg_total_relation_size(to_regclass(format('segue_archive.%I', "archiveTable"))), 0)
    from segue.archives where plan = $1 order by at, target)sql"_sql, {plan.name});
  std::vector<ArchiveRecord> records;
  for (int row = 0; row < rows.rows(); ++row)
    records.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.text(row, 4), rows.text(row, 5),
                       rows.integer(row, 6), rows.integer(row, 7)});
  return records;
}

void require_archives(pg::Connection& db, const plan::Plan& plan, std::size_t first) {
  const auto records = archives(db, plan);
  for (std::size_t i = first; i < plan.phases.size(); ++i)
    for (const auto& step : plan.phases[i].steps)
      for (const auto& record : records) {
        if (record.step != step.name) continue;
        if (record.table.empty())
          throw Error(ErrorCode::refused, "\"" + record.target + "\" was dropped without an archive: it cannot come back", "restore it from a backup");
        if (!record.removed_at.empty())
          throw Error(ErrorCode::refused, fmt::format("the archive of \"{}\" was removed by {} on {}: it cannot come back", record.target, record.removed_by, record.removed_at),
                      "segue audit PLAN says why; restore it from a backup");
      }
}

}  // namespace segue::steps
