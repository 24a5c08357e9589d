#include "mapping/claims.hpp"

#include <algorithm>

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

using Meanings = std::vector<std::pair<std::string, std::string>>;  // value -> SQL

Sql spoken(const Flow& flow, const std::string& text, const std::string& as, const Meanings& meanings = {}) {
  return plan_text(sql::with_row(flow.where, text, flow.row, as, false, meanings));
}

Sql joined(const Flow& flow, const std::string& as) {
  if (flow.from.empty()) return {};
  return " left join "_sql + plan_text(sql::with_row(flow.where, flow.from, flow.row, as, true, {}));
}

Sql filter(const Flow& flow, const std::string& as) { return flow.filter.empty() ? "true"_sql : build("({})"_sql, spoken(flow, flow.filter, as)); }

void add(const Flow& flow, const std::vector<FlowColumn>& columns, char kind, const std::string& as, std::vector<Sql>& list, const Meanings& meanings = {}) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    list.push_back(build("{} as {}"_sql, spoken(flow, columns[i].expression, as, meanings), claim_column(kind, i)));
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

struct Texts { Sql from; Meanings meanings; std::vector<Unseen> unseen; };

Texts texts_of(const Flow& flow, const std::string& as) {
  Texts texts;
  for (std::size_t i = 0; i < flow.source.values.size(); ++i) {
    const auto join = value_join(flow.source.plan, flow.source.values[i], as, i + 1);
    texts.from += join.join;
    texts.meanings.emplace_back(join.name, join.meaning.text());
    texts.unseen.push_back(join.unseen);
  }
  return texts;
}

// True while one of the texts that the column is made from has no entry in the map.
Sql is_unread(const FlowColumn& column, const Texts& texts) {
  std::vector<Sql> parts;
  for (const auto& unseen : texts.unseen)
    if (std::ranges::find(column.values, unseen.value) != column.values.end()) parts.push_back(unseen.condition);
  return build("({})"_sql, sql::join(parts, " or "_sql));
}

// The row under the names it had before columns of it were retired.
Sql as_before(const Flow& flow, const Flow& back, std::string_view alias) {
  std::set<std::string> names;
  for (const auto& column : flow.set)
    if (!column.values.empty()) names.insert(column.depends_on.begin(), column.depends_on.end());
  if (!flow.from.empty())
    for (const auto& name : sql::references_of(flow.where, flow.from, flow.row).columns) names.insert(name);
  std::vector<Sql> columns;
  for (const auto& name : names) {
    auto stored = name;
    for (const auto& column : back.set)
      if (column.column == name) stored = column.stored;
    columns.push_back(build("{}.{} as {}"_sql, alias_of(alias), Ident{stored}, Ident{name}));
  }
  return build("(select {}) segue_text"_sql, sql::join(columns, ", "_sql));
}

// The driving row `alias` holds a text of `value` from which everything follows that the derived row of the claim says.
Sql means_that(const Derivation& derivation, const std::string& value, std::string_view alias, std::string_view claim) {
  const auto& flow = derivation.to_new;
  const auto texts = texts_of(flow, "segue_text");
  std::vector<Sql> parts{"true"_sql};
  for (std::size_t i = 0; i < flow.set.size(); ++i) {
    if (std::ranges::find(flow.set[i].values, value) == flow.set[i].values.end()) continue;
    parts.push_back(build("not {} and ({}) is not distinct from {}.{}"_sql, is_unread(flow.set[i], texts), spoken(flow, flow.set[i].expression, "segue_text", texts.meanings),
                          alias_of(claim), claim_column('n', i)));
  }
  return build("exists (select 1 from {}{}{} where {})"_sql, as_before(flow, derivation.to_old, alias), joined(flow, "segue_text"), texts.from,
               sql::join(parts, " and "_sql));
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

Sql claims(const Flow& flow, const Sql& condition, const Sql& more) {
  std::vector<Sql> list;
  for (std::size_t i = 0; i < flow.source.key.size(); ++i)
    list.push_back(build("{}.{} as {}"_sql, Ident{row}, Ident{flow.source.key[i].name}, claim_column('p', i)));
  add(flow, flow.key, 'k', row, list);
  add(flow, flow.insert, 'i', row, list);
  const auto texts = texts_of(flow, row);
  add(flow, flow.set, 's', row, list, texts.meanings);
  for (std::size_t i = 0; i < flow.set.size(); ++i)
    if (!flow.set[i].values.empty()) list.push_back(build("{} as {}"_sql, is_unread(flow.set[i], texts), claim_column('u', i)));
  for (std::size_t i = 0; i < flow.meant.size(); ++i)
    if (!flow.meant[i].empty()) list.push_back(build("{}.{} as {}"_sql, Ident{row}, Ident{flow.meant[i]}, claim_column('n', i)));
  if (!flow.same.empty()) list.push_back(build("{} as segue_same"_sql, holds(flow)));
  return build("select {}{} from {} {}{}{} where {} and {}"_sql, sql::join(list, ", "_sql), more, flow.source.table, Ident{row}, joined(flow, row),
               texts.from, filter(flow, row), condition);
}

Sql claims_in(const Flow& flow, Keys keys, const Sql& more) {
  return claims(flow, build("{} in {}"_sql, listed(expressions(flow, flow.key)), keys_in(flow, keys)), more);
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

Sql column_differs(const Derivation& derivation, const Flow& flow, std::size_t i, std::string_view alias, std::string_view claim) {
  const auto& column = flow.set[i];
  const auto differs = build("{}.{} is distinct from {}.{}"_sql, alias_of(alias), Ident{column.stored}, alias_of(claim), claim_column('s', i));
  if (column.text_of.empty()) return differs;
  return build("({} and not {})"_sql, differs, means_that(derivation, column.text_of, alias, claim));
}

Sql all_columns(const Flow& flow) { return build("array_fill(true, array[{}])"_sql, flow.set.size()); }

Sql columns_once_read(const Flow& flow) {
  if (flow.source.values.empty()) return all_columns(flow);
  std::vector<Sql> parts;
  for (const auto& column : flow.set) parts.push_back(column.values.empty() ? "true"_sql : "null"_sql);
  return build("array[{}]::boolean[]"_sql, sql::join(parts, ", "_sql));
}

Sql queue_texts(const Derivation& derivation, const std::string& value, const Sql& rows) {
  return build("insert into segue.value_seen (plan, value, raw, key) select {}, {}, r.raw, r.key from ({}) r(raw, key)\n"
               "    where r.raw is not null and not exists (select 1 from segue.value_map m where m.plan = {} and m.value = {} and m.raw = r.raw);\n"_sql,
               Literal{derivation.plan}, Literal{value}, rows, Literal{derivation.plan}, Literal{value});
}

Sql any_differs(const Derivation& derivation, const Flow& flow, std::string_view alias, std::string_view claim) {
  std::vector<Sql> parts{"false"_sql};
  for (std::size_t i = 0; i < flow.set.size(); ++i) parts.push_back(column_differs(derivation, flow, i, alias, claim));
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

Sql record(const Derivation& derivation, const std::string& direction, const Sql& reason, const Sql& keys, const Sql& unless_open) {
  const auto quoted = build("{}"_sql, Literal{direction});
  return build("insert into segue.repairs (plan, mapping, key, direction, reason)\n    select {}, {}, r.key, {}, {} from ({}) r(key) where not (({}) and {});\n"_sql,
               Literal{derivation.plan}, Literal{derivation.name}, quoted, reason, keys, unless_open,
               open_entry(derivation, quoted, "r.key"_sql, " and q.\"acceptedAt\" is null"_sql));
}

}  // namespace segue::mapping
