#include "steps/mapped.hpp"

#include "base/text.hpp"

namespace segue::steps {

namespace {

constexpr std::size_t longest_name = 63;

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

}  // namespace segue::steps
