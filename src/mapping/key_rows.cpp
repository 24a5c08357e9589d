// A table's rows by its key: ranges of it, lists of it, and the locks that whoever walks along it takes.
#include "mapping/expressions.hpp"
#include "mapping/mapping.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;

namespace {

Sql key_columns(const Resolved& mapping, std::string_view alias) {
  std::vector<Sql> parts;
  for (const auto& column : mapping.key) parts.push_back(build("{}.{}"_sql, Ident{std::string(alias)}, Ident{column.name}));
  const auto list = sql::join(parts, ", "_sql);
  return mapping.key.size() == 1 ? list : build("({})"_sql, list);
}

// The key that `array` holds as text[], in the key's own types.
Sql key_value(const Resolved& mapping, const Sql& array) {
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < mapping.key.size(); ++i)
    parts.push_back(build("({})[{}]::{}"_sql, array, i + 1, Sql::from_journal(mapping.key[i].type)));
  const auto list = sql::join(parts, ", "_sql);
  return mapping.key.size() == 1 ? list : build("({})"_sql, list);
}

Sql key_parameter(const Resolved& mapping, int number) { return key_value(mapping, build("${}::text[]"_sql, number)); }

}  // namespace

Sql in_range(const Resolved& mapping, std::string_view alias) {
  const auto key = key_columns(mapping, alias);
  return build("($1::text[] is null or {} > {}) and ($2::text[] is null or {} <= {})"_sql, key, key_parameter(mapping, 1), key,
               key_parameter(mapping, 2));
}

Sql is_key(const Resolved& mapping, std::string_view alias, const Sql& key) { return build("{} = {}"_sql, key_columns(mapping, alias), key_value(mapping, key)); }

Sql in_keys(const Resolved& mapping, std::string_view alias, const Sql& keys) {
  std::vector<Sql> values;
  for (std::size_t i = 0; i < mapping.key.size(); ++i)
    values.push_back(build("(segue_key.value ->> {})::{}"_sql, i, Sql::from_journal(mapping.key[i].type)));
  return build("{} in (select {} from jsonb_array_elements({}) segue_key)"_sql, key_columns(mapping, alias), sql::join(values, ", "_sql), keys);
}

Sql in_chosen(const Resolved& mapping, std::string_view alias) {
  return build("{} and ($3::jsonb is null or {})"_sql, in_range(mapping, alias), in_keys(mapping, alias, "$3::jsonb"_sql));
}

Sql key_array(const Resolved& mapping, std::string_view alias) {
  std::vector<Sql> parts;
  for (const auto& column : mapping.key)
    parts.push_back(Sql::from_plan(std::string(alias)) + build(".{}::text"_sql, Ident{column.name}));
  return build("array[{}]"_sql, sql::join(parts, ", "_sql));
}

Sql key_range(const Resolved& mapping, std::string_view alias) { return in_range(mapping, alias); }

// By its columns, not by the key as one row: only so an index gives the order.
Sql next_boundary(const Resolved& mapping) {
  std::vector<Sql> order;
  for (const auto& column : mapping.key) order.push_back(build("x.{}"_sql, Ident{column.name}));
  return build("select {} from {} x where {} order by {} offset $3::bigint limit 1"_sql, key_array(mapping, "x"), mapping.table,
               in_range(mapping, "x"), sql::join(order, ", "_sql));
}

Sql highest_key(const Resolved& mapping) {
  std::vector<Sql> order;
  for (const auto& column : mapping.key) order.push_back(build("x.{} desc"_sql, Ident{column.name}));
  return build("select {} from {} x order by {} limit 1"_sql, key_array(mapping, "x"), mapping.table, sql::join(order, ", "_sql));
}

Sql lock_free_rows(const Resolved& mapping) {
  return build("select jsonb_agg(to_jsonb(f.key)) from (select {} from {} x where {} and not {} for no key update skip locked) f(key)"_sql,
               key_array(mapping, "x"), mapping.table, in_range(mapping, "x"), in_keys(mapping, "x", "coalesce($3::jsonb, '[]')"_sql));
}

Sql row_left(const Resolved& mapping) {
  return build("select {} from {} x where {} and not {} limit 1"_sql, key_array(mapping, "x"), mapping.table, in_range(mapping, "x"),
               in_keys(mapping, "x", "coalesce($3::jsonb, '[]')"_sql));
}

Sql lock_row(const Resolved& mapping) {
  return build("select 1 from {} x where {} for no key update"_sql, mapping.table, is_key(mapping, "x"));
}

}  // namespace segue::mapping
