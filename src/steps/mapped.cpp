#include "steps/mapped.hpp"

#include <boost/json.hpp>

#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace segue::steps {

using sql::build;

namespace {

constexpr std::size_t longest_name = 63;
constexpr int rows_a_range = 50'000;

}  // namespace

std::string retired_name(const std::string& name) {
  const auto retired = name + "__retired";
  return retired.size() <= longest_name ? retired : "retired_" + sha256_hex(name).substr(0, 24);
}

std::map<std::string, std::vector<std::string>> by_table(const std::vector<plan::Target>& targets) {
  std::map<std::string, std::vector<std::string>> tables;
  for (const auto& target : targets) {
    auto& columns = tables[target.table];
    if (!target.column.empty()) columns.push_back(target.column);
  }
  return tables;
}

mapping::Resolved resolve(pg::Connection& db, const plan::Plan& plan, const std::string& mapping_name) {
  const auto& definition = plan.mapping(mapping_name);
  const auto table = catalog::table(db, {plan.schema, definition.table});
  std::map<std::string, std::string> renamed;
  for (const auto& [column, expression] : definition.to_old.set) {
    if (table.find(column) != nullptr) continue;
    const bool retired = table.find(retired_name(column)) != nullptr;
    // A name that never was a column is refused by mapping::resolve, which is asked with the plan's own name.
    const bool was_there = retired || db.run("mapping.archived", "select exists (select 1 from segue.archives where plan = $1 and target = $2)"_sql,
                                             {plan.name, definition.table + "." + column}).boolean();
    if (was_there) renamed[column] = retired ? retired_name(column) : "";
  }
  return mapping::resolve(plan, definition, table, renamed);
}

void prepare_writer(pg::Connection& db, const plan::Plan& plan) {
  db.run("writer.mark", "select set_config('segue.backfill', 'on', false)"_sql);
  db.run("writer.no_scan", "set enable_seqscan = off"_sql);
  db.run("writer.no_jit", "set jit = off"_sql);
  db.run("writer.search_path", "select set_config('search_path', $1, false)"_sql, {sql::quote_identifier(plan.schema)});
}

Comparison compare(pg::Connection& db, const mapping::Resolved& mapping, Progress& progress) {
  Comparison total;
  const bool repairs = journal::open_repairs(db, mapping.plan, mapping.name) > 0;
  const auto boundary = mapping::next_boundary(mapping);
  const auto statement = mapping::compare_range(mapping, repairs);
  const auto estimate = catalog::table(db, mapping.table).estimated_rows;
  std::optional<std::string> lower;
  for (bool more = true; more;) {
    stop_if_interrupted();
    const auto next = db.run("compare.boundary", boundary, {lower, nullptr, rows_a_range - 1});
    more = !next.empty();
    const auto upper = more ? next.optional_text(0, 0) : std::nullopt;
    const auto counts = db.run("compare.range", statement, {lower, upper});
    total.rows += counts.integer(0, 0);
    total.differing += counts.integer(0, 1);
    total.incomplete += counts.integer(0, 2);
    const auto keys = boost::json::parse(counts.view(0, 3));
    for (const auto& key : keys.as_array())
      if (total.keys.size() < 10) total.keys.push_back(boost::json::serialize(key));
    progress.rows(total.rows, std::max(estimate, total.rows));
    lower = upper;
  }
  return total;
}

}  // namespace segue::steps
