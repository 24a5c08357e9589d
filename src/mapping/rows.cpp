#include "mapping/computed.hpp"
#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

Sql matches(const Resolved& mapping) {
  std::vector<Sql> parts;
  for (const auto& column : mapping.key) parts.push_back(build("t.{} = b.{}"_sql, Ident{column.name}, Ident{column.name}));
  return sql::join(parts, " and "_sql);
}

// A snapshot keeps what was written, unless what it was taken of is wrong too.
Sql right_value(const Resolved& mapping, std::size_t i) {
  const auto& columns = mapping.to_new.columns;
  const auto& column = columns[i];
  if (!column.snapshot) return build("b.{}"_sql, computed(i));
  std::vector<Sql> reasons{build("b.{} is null"_sql, Ident{column.column})};
  for (const auto k : taken_with(mapping.to_new, i)) reasons.push_back(differs(columns[k], k));
  return build("case when {} then b.{} else b.{} end"_sql, sql::join(reasons, " or "_sql), computed(i), Ident{column.column});
}

std::string stored_name(const Direction& side, const std::string& name) {
  for (const auto& column : side.columns)
    if (column.column == name) return column.stored;
  return name;
}

// True while nobody has changed the column, or what it is made from, since the row was read. Whoever did has left it right;
// the row's other columns are still ours to write.
Sql untouched(const Resolved& mapping, const Derived& column) {
  auto text = build("t.{} is not distinct from b.{}"_sql, Ident{column.stored}, Ident{column.column});
  for (const auto& source : column.depends_on)
    text += build(" and t.{} is not distinct from b.{}"_sql, Ident{stored_name(mapping.to_old, source)}, Ident{source});
  return text;
}

Sql assignment(const Resolved& mapping, std::size_t i) {
  const auto& column = mapping.to_new.columns[i];
  return build("\n  {} = case when {} then {} else t.{} end"_sql, Ident{column.stored}, untouched(mapping, column), right_value(mapping, i),
               Ident{column.stored});
}

}  // namespace

Sql settle_repair(const Resolved& mapping) {
  Slice slice;
  slice.one_key = true;
  slice.stand_ins = false;
  return build("update segue.repairs q set \"resolvedAt\" = clock_timestamp() where {} and q.key = $1::text[]\n"
               "  and (not exists (select 1 from {} x where {}) or exists (select 1 from {} where not {}))"_sql,
               open_repairs(mapping), mapping.table, is_key(mapping, "x"), with_computed(mapping, slice, false), any_differs(mapping));
}

namespace {

// A new column that says something else than the old one it is made from.
Sql contradicted(const Resolved& mapping, const Derived& old) {
  std::vector<Sql> parts{"false"_sql};
  const auto& columns = mapping.to_new.columns;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (!columns[i].snapshot && columns[i].depends_on.contains(old.column)) parts.push_back(differs(columns[i], i));
  return build("({})"_sql, sql::join(parts, " or "_sql));
}

}  // namespace

Sql write_old_side(const Resolved& mapping, bool stand_ins) {
  Slice slice;
  slice.one_key = true;
  slice.stand_ins = false;
  const auto& side = mapping.to_old;
  const auto spoken = speak(mapping, side, row, build("(select x.* from {} x where {}) segue_row"_sql, mapping.table, is_key(mapping, "x")));
  std::vector<Sql> said, set, changes;
  for (std::size_t i = 0; i < side.columns.size(); ++i) {
    const auto& column = side.columns[i];
    auto value = spoken.expressions[i];
    if (stand_ins && !column.stand_in.empty()) value = build("coalesce({}, {})"_sql, value, stand_in(side, column, row));
    said.push_back(build("{} as {}"_sql, value, computed(i)));
    const auto follows = build("{} and o.{} is not null and t.{} is distinct from o.{}"_sql, contradicted(mapping, column), computed(i), Ident{column.stored}, computed(i));
    set.push_back(build("\n  {} = case when {} then o.{} else t.{} end"_sql, Ident{column.stored}, follows, computed(i), Ident{column.stored}));
    changes.push_back(build("({})"_sql, follows));
  }
  return build("update {} t set {}\nfrom {}, (select {} from {}) o\nwhere {} and ({})"_sql, mapping.table, sql::join(set, ","_sql),
               with_computed(mapping, slice, false), sql::join(said, ", "_sql), spoken.from, is_key(mapping, "t"), sql::join(changes, " or "_sql));
}

Sql settle_unwritten(const Resolved& mapping) {
  std::vector<Sql> written;
  for (const auto& column : mapping.to_new.columns)
    written.push_back(build("x.{} is distinct from {}"_sql, Ident{column.stored}, column.default_constant.empty() ? "null"_sql : Sql::from_journal(column.default_constant)));
  return build("update segue.repairs q set \"resolvedAt\" = clock_timestamp() where {} and not exists (select 1 from {} x where {} and ({}))"_sql,
               open_repairs(mapping), mapping.table, is_key(mapping, "x", "q.key"_sql), sql::join(written, " or "_sql));
}

namespace {

// Rows that get a stand-in wait in the queue, as those do that a trigger gave one. Nothing where the plan has none.
Sql queue_stand_ins(const Resolved& mapping, Slice slice) {
  std::vector<Sql> missing;
  const auto& columns = mapping.to_new.columns;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (!columns[i].stand_in.empty()) missing.push_back(build("b.{} is null"_sql, computed(i)));
  if (missing.empty()) return {};
  slice.stand_ins = false;
  return build("with segue_queued as (insert into segue.repairs (plan, mapping, key, direction, reason)\n"
               "  select {}, {}, {}, 'new', 'no value: stand-in used' from {} where {})\n"_sql,
               Literal{mapping.plan}, Literal{mapping.name}, key_array(mapping, "b"), with_computed(mapping, slice, false), sql::join(missing, " or "_sql));
}

}  // namespace

Sql backfill_batch(const Resolved& mapping, const Slice& slice) {
  std::vector<Sql> set;
  for (std::size_t i = 0; i < mapping.to_new.columns.size(); ++i) set.push_back(assignment(mapping, i));
  const auto queued = slice.skip_repairs ? queue_stand_ins(mapping, slice) : Sql();   // else the row stands in the queue already
  return queued + build("update {} t set {}\nfrom {}\nwhere {} and {}\n  and {}"_sql, mapping.table, sql::join(set, ","_sql),
               with_computed(mapping, slice, true), matches(mapping),
               !slice.rows.empty() ? "true"_sql : slice.one_key ? is_key(mapping, "t") : in_range(mapping, "t"), any_differs(mapping));
}

Sql backfill_rows(const Resolved& mapping) {
  Slice slice;
  slice.skip_repairs = true;
  slice.rows = in_keys(mapping, "x", "$1::jsonb"_sql);
  return backfill_batch(mapping, slice);
}

Sql row_to_fill(const Resolved& mapping) {
  Slice slice;
  slice.skip_repairs = true;
  return build("select {} from {} where {} and not {} limit 1"_sql, key_array(mapping, "b"), with_computed(mapping, slice, true), any_differs(mapping),
               in_keys(mapping, "b", "coalesce($3::jsonb, '[]')"_sql));
}

Sql queue_unseen(const Resolved& mapping, const plan::ValueDef& value, bool one_key) {
  Ident column{value.column};
  for (const auto& derived : mapping.to_old.columns)
    if (derived.column == value.column) column.name = derived.stored;
  return build("insert into segue.value_seen (plan, value, raw) select distinct {}, {}, x.{}::text from {} x where x.{} is not null\n"
               "  and not exists (select 1 from segue.value_map m where m.plan = {} and m.value = {} and m.raw = x.{}::text){}"_sql,
               Literal{mapping.plan}, Literal{value.name}, column, mapping.table, column, Literal{mapping.plan}, Literal{value.name}, column,
               one_key ? " and "_sql + is_key(mapping, "x") : Sql());
}

Sql row_hash(const std::vector<std::string>& columns, std::string_view alias) {
  std::vector<Sql> parts;
  for (const auto& column : columns) parts.push_back(Sql::from_plan(std::string(alias)) + build(".{}"_sql, Ident{column}));
  return parts.empty() ? "null::bigint"_sql : build("hashtextextended(row({})::text, 0)"_sql, sql::join(parts, ", "_sql));
}

Sql restore_old_batch(const Resolved& mapping, const sql::QualifiedName& archive, const std::vector<std::string>& hashed) {
  const auto rows = build("(select x.*, {} as segue_hash from {} x where {}) segue_row left join {} segue_archived on segue_archived.key = {}"_sql,
                          row_hash(hashed, "x"), mapping.table, in_chosen(mapping, "x"), archive, key_array(mapping, row));
  const auto& side = mapping.to_old;
  const auto spoken = speak(mapping, side, row, rows);
  Sql list = "segue_row.*"_sql;
  std::vector<Sql> set, empty;
  for (std::size_t i = 0; i < side.columns.size(); ++i) {
    const auto& column = side.columns[i];
    auto rebuilt = spoken.expressions[i];
    if (!column.stand_in.empty()) rebuilt = build("coalesce({}, {})"_sql, rebuilt, stand_in(side, column, row));
    list += build(", case when segue_archived.\"newSideHash\" = segue_row.segue_hash then segue_archived.{}::{} else {} end as {}"_sql,
                  Ident{column.column}, Sql::from_journal(column.type), rebuilt, computed(i));
    auto still_empty = build("t.{} is null"_sql, Ident{column.stored});
    empty.push_back(still_empty);
    for (const auto& source : column.depends_on)
      still_empty += build(" and t.{} is not distinct from b.{}"_sql, Ident{source}, Ident{source});
    set.push_back(build("\n  {} = case when {} then b.{} else t.{} end"_sql, Ident{column.stored}, still_empty, computed(i), Ident{column.stored}));
  }
  return build("update {} t set {}\nfrom (select {} from {}) b\nwhere {} and {}\n  and ({})"_sql, mapping.table, sql::join(set, ","_sql), list,
               spoken.from, matches(mapping), in_range(mapping, "t"), sql::join(empty, " or "_sql));
}

Sql compare_range(const Resolved& mapping) {
  Slice slice;
  slice.skip_repairs = true;
  return build("select count(*), count(*) filter (where {}), count(*) filter (where not {}),\n"
               "  coalesce(to_json((array_agg({}) filter (where {}))[1:10]), '[]')\nfrom {}"_sql,
               any_differs(mapping), is_complete(mapping), key_array(mapping, "b"), any_differs(mapping),
               with_computed(mapping, slice, false));
}

}  // namespace segue::mapping
