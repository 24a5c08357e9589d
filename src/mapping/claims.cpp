#include "mapping/claims.hpp"

#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

constexpr const char* row = "segue_row";

Sql alias_of(std::string_view alias) { return Sql::from_plan(std::string(alias)); }

Sql listed(const std::vector<Sql>& parts) {
  const auto list = sql::join(parts, ", "_sql);
  return parts.size() == 1 ? list : build("({})"_sql, list);
}

Sql spoken(const Flow& flow, const std::string& text, const std::string& as) {
  return plan_text(sql::with_row(flow.where, text, flow.row, as, false, {}));
}

Sql joined(const Flow& flow, const std::string& as) {
  if (flow.from.empty()) return {};
  return " left join "_sql + plan_text(sql::with_row(flow.where, flow.from, flow.row, as, true, {}));
}

Sql filter(const Flow& flow, const std::string& as) { return flow.filter.empty() ? "true"_sql : build("({})"_sql, spoken(flow, flow.filter, as)); }

void add(const Flow& flow, const std::vector<FlowColumn>& columns, char kind, const std::string& as, std::vector<Sql>& list) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    list.push_back(build("{} as {}"_sql, spoken(flow, columns[i].expression, as), claim_column(kind, i)));
}

std::vector<Sql> expressions(const Flow& flow, const std::vector<FlowColumn>& columns) {
  std::vector<Sql> list;
  for (const auto& column : columns) list.push_back(build("({})"_sql, spoken(flow, column.expression, row)));
  return list;
}

// A condition that the plan says holds in every row; what cannot be said of a row is no breach.
Sql holds(const Flow& flow) {
  std::vector<Sql> parts{"true"_sql};
  for (const auto& condition : flow.same) parts.push_back(build("coalesce(({}), true)"_sql, spoken(flow, condition, row)));
  return sql::join(parts, " and "_sql);
}

Sql key_of(Keys keys) {
  if (keys == Keys::unknown) return "(select null::jsonb)"_sql;
  return keys == Keys::one ? "segue_keys -> 0"_sql : "segue_key.value"_sql;
}

}  // namespace

const Flow& opposite(const Derivation& derivation, const Flow& flow) { return flow.direction == "new" ? derivation.to_old : derivation.to_new; }

Sql carry_name(const Derivation& derivation, const Flow& flow) {
  return build("segue.{}"_sql, Ident{named("carry " + flow.direction, derivation.plan, derivation.name)});
}

Sql claim_column(char kind, std::size_t i) { return Sql::from_plan("segue_" + std::string(1, kind) + std::to_string(i + 1)); }

Sql claim_columns(char kind, std::size_t count, std::string_view alias) {
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < count; ++i) parts.push_back(build("{}.{}"_sql, alias_of(alias), claim_column(kind, i)));
  return sql::join(parts, ", "_sql);
}

Sql claim_array(char kind, std::size_t count, std::string_view alias) {
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < count; ++i) parts.push_back(build("{}.{}::text"_sql, alias_of(alias), claim_column(kind, i)));
  return build("array[{}]"_sql, sql::join(parts, ", "_sql));
}

Sql claims(const Flow& flow, const Sql& condition) {
  std::vector<Sql> list;
  for (std::size_t i = 0; i < flow.source.key.size(); ++i)
    list.push_back(build("{}.{} as {}"_sql, Ident{row}, Ident{flow.source.key[i].name}, claim_column('p', i)));
  add(flow, flow.key, 'k', row, list);
  add(flow, flow.insert, 'i', row, list);
  add(flow, flow.set, 's', row, list);
  if (!flow.same.empty()) list.push_back(build("{} as segue_same"_sql, holds(flow)));
  return build("select {} from {} {}{} where {} and {}"_sql, sql::join(list, ", "_sql), flow.source.table, Ident{row}, joined(flow, row),
               filter(flow, row), condition);
}

Sql claims_in(const Flow& flow, Keys keys) {
  return claims(flow, build("{} in {}"_sql, listed(expressions(flow, flow.key)), keys_in(flow, keys)));
}

Sql claims_on(const Flow& flow, const Sql& key) {
  return claims(flow, build("{} in {}"_sql, listed(expressions(flow, flow.key)), one_key(flow, key)));
}

Sql claims_of_record(const Flow& flow, const std::string& record) {
  std::vector<Sql> list;
  add(flow, flow.key, 'k', record, list);
  return build("select {} from (select 1) segue_row{} where {}"_sql, sql::join(list, ", "_sql), joined(flow, record), filter(flow, record));
}

Sql target_key(const Flow& flow, std::string_view alias) {
  std::vector<Sql> parts;
  for (const auto& column : flow.key) parts.push_back(build("{}.{}"_sql, alias_of(alias), Ident{column.stored}));
  return listed(parts);
}

Sql keys_in(const Flow& flow, Keys keys) {
  if (keys == Keys::parameter) return one_key(flow);
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < flow.key.size(); ++i)
    parts.push_back(build("({} ->> {})::{}"_sql, key_of(keys), i, Sql::from_journal(flow.key[i].type)));
  return build(keys != Keys::several ? "(select {})"_sql : "(select {} from jsonb_array_elements(segue_keys) segue_key)"_sql, sql::join(parts, ", "_sql));
}

Sql one_key(const Flow& flow, const Sql& key) {
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < flow.key.size(); ++i)
    parts.push_back(build("({})[{}]::{}"_sql, key, i + 1, Sql::from_journal(flow.key[i].type)));
  return build("(select {})"_sql, sql::join(parts, ", "_sql));
}

Sql is_target(const Flow& flow, std::string_view alias, std::string_view claim) {
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < flow.key.size(); ++i)
    parts.push_back(build("{}.{} = {}.{}"_sql, alias_of(alias), Ident{flow.key[i].stored}, alias_of(claim), claim_column('k', i)));
  return sql::join(parts, " and "_sql);
}

Sql any_differs(const Flow& flow, std::string_view alias, std::string_view claim) {
  std::vector<Sql> parts{"false"_sql};
  for (std::size_t i = 0; i < flow.set.size(); ++i)
    parts.push_back(build("{}.{} is distinct from {}.{}"_sql, alias_of(alias), Ident{flow.set[i].stored}, alias_of(claim), claim_column('s', i)));
  return build("({})"_sql, sql::join(parts, " or "_sql));
}

Sql key_is_null(const Flow& flow, std::string_view alias) {
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < flow.key.size(); ++i) parts.push_back(build("{}.{} is null"_sql, alias_of(alias), claim_column('k', i)));
  return build("({})"_sql, sql::join(parts, " or "_sql));
}

Sql text_array(const std::vector<std::string>& columns, std::string_view alias) {
  std::vector<Sql> parts;
  for (const auto& column : columns) parts.push_back(build("{}.{}::text"_sql, alias_of(alias), Ident{column}));
  return build("array[{}]"_sql, sql::join(parts, ", "_sql));
}

std::vector<std::string> stored_names(const std::vector<FlowColumn>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.stored);
  return names;
}

Sql open_entry(const Derivation& derivation, const Sql& direction, const Sql& key, const Sql& more) {
  return build("exists (select 1 from segue.repairs q where q.plan = {} and q.mapping = {} and q.\"resolvedAt\" is null and q.direction = {} and q.key = {}{})"_sql,
               Literal{derivation.plan}, Literal{derivation.name}, direction, key, more);
}

Sql record(const Derivation& derivation, const std::string& direction, const Sql& reason, const Sql& keys) {
  const auto quoted = build("{}"_sql, Literal{direction});
  return build("insert into segue.repairs (plan, mapping, key, direction, reason)\n    select {}, {}, r.key, {}, {} from ({}) r(key) where not {};\n"_sql,
               Literal{derivation.plan}, Literal{derivation.name}, quoted, reason, keys, open_entry(derivation, quoted, "r.key"_sql, " and q.\"acceptedAt\" is null"_sql));
}

}  // namespace segue::mapping
