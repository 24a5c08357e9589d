// Derived rows in ranges: are both tables the same data? And what settles an entry of the repair queue.
#include "mapping/claims.hpp"
#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

using OnDelete = plan::Side::OnDelete;

std::vector<std::string> names_of(const std::vector<catalog::Column>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

Sql is_source(const Flow& flow, std::string_view alias) {
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < flow.source.key.size(); ++i)
    parts.push_back(build("{}.{} = c.{}"_sql, Sql::from_plan(std::string(alias)), Ident{flow.source.key[i].name}, claim_column('p', i)));
  return sql::join(parts, " and "_sql);
}

// Source row s (with claim c) and target row x, in whatever way one of them stands in the queue.
Sql queued(const Derivation& derivation, const Flow& flow) {
  const auto& back = opposite(derivation, flow);
  return build("{} or {} or {} or {}"_sql,
               open_entry(derivation, build("{}"_sql, Literal{flow.direction}), claim_array('p', flow.source.key.size(), "c")),
               open_entry(derivation, build("{}"_sql, Literal{"into " + flow.direction}), claim_array('k', flow.key.size(), "c")),
               open_entry(derivation, build("{}"_sql, Literal{back.direction}), text_array(names_of(flow.target.key), "x")),
               open_entry(derivation, build("{}"_sql, Literal{"into " + back.direction}), text_array(stored_names(back.key), "s")));
}

// The columns of x that are not what c says, as text[].
Sql differing_columns(const Derivation& derivation, const Flow& flow) {
  Sql list = "array[]::text[]"_sql;
  for (std::size_t i = 0; i < flow.set.size(); ++i)
    list += build(" || case when {} then array[{}] else '{{}}' end"_sql, column_differs(derivation, flow, i, "x", "c"), Literal{flow.set[i].column});
  return list;
}

// Target row `alias`: no row of the source stands for it.
Sql unclaimed(const Flow& flow, std::string_view alias) {
  return build("not exists (select 1 from ({}) n where {})"_sql, claims(flow, "true"_sql), is_target(flow, alias, "n"));
}

// Target row `alias` is as the plan leaves one that nothing claims any more.
Sql is_detached(const Flow& flow, std::string_view alias) {
  if (flow.on_delete != OnDelete::detach) return "false"_sql;
  std::vector<Sql> parts{"true"_sql};
  for (const auto& column : flow.detach)
    parts.push_back(build("{}.{} is not distinct from ({})"_sql, Sql::from_plan(std::string(alias)), Ident{column.stored},
                          plan_text(sql::with_row(flow.where, column.expression, flow.direction, std::string(alias), false, {}))));
  return build("({})"_sql, sql::join(parts, " and "_sql));
}

Sql claims_of_row(const Flow& flow) { return claims(flow, is_key(flow.source, "segue_row")); }

}  // namespace

Sql compare_range(const Derivation& derivation, const Flow& flow) {
  const auto& back = opposite(derivation, flow);
  const bool from_derived = flow.direction == "old" && !derivation.retired;
  const auto surplus = from_derived ? unclaimed(back, "s") : "false"_sql;
  const auto kind = build("case when {} then 'surplus' when {} or x.{} is null then 'missing' when not {} then 'reference' when {} then 'value' end"_sql, surplus,
                          key_is_null(flow, "c"), Ident{flow.key.front().stored}, flow.same.empty() ? "true"_sql : "c.segue_same"_sql, any_differs(derivation, flow, "x", "c"));
  const auto skipped = from_derived ? build(" and not ({} and {})"_sql, is_detached(back, "s"), unclaimed(back, "s")) : Sql();
  const auto rows = build("select {} as segue_key, {} as segue_kind, {} as segue_columns\n  from ({}) c join {} s on {} left join {} x on {}\n  where not ({}){}"_sql,
                          claim_array('p', flow.source.key.size(), "c"), kind, differing_columns(derivation, flow), claims(flow, in_range(flow.source, "segue_row")),
                          flow.source.table, is_source(flow, "s"), flow.target.table, is_target(flow, "x", "c"), queued(derivation, flow), skipped);
  return build("select count(*), count(b.segue_kind), count(*) filter (where b.segue_kind = 'missing'),\n"
               "  coalesce(to_json((array_agg(json_build_object('key', b.segue_key, 'class', b.segue_kind, 'columns',\n"
               "    case when b.segue_kind = 'value' then b.segue_columns end)) filter (where b.segue_kind is not null))[1:10]), '[]')\nfrom ({}) b"_sql, rows);
}

Sql count_claims(const Derivation& derivation) {
  const auto& flow = derivation.to_new;
  const auto there = build("x.{} is not null"_sql, Ident{flow.key.front().stored});
  return build("select count(*), count(*) filter (where {} and not {}), count(*) filter (where not {}) from ({}) c left join {} x on {}"_sql, there,
               any_differs(derivation, flow, "x", "c"), there, claims(flow, "true"_sql), flow.target.table, is_target(flow, "x", "c"));
}

Sql sweep_range(const Derivation& derivation) {
  const auto& flow = derivation.to_new;
  if (flow.on_delete == OnDelete::forbid) return "select 0 where $1::text is null and $2::text is null"_sql;
  std::vector<Sql> parts;
  for (const auto& column : flow.key) parts.push_back(build("x.{}::text"_sql, Ident{column.stored}));
  const auto represented = claims(derivation.to_old, in_range(flow.target, "segue_row"));
  return build("select {}(k.keys, array_fill(true, array[{}]), 'again') from (select jsonb_agg(jsonb_build_array({})) as keys\n"
               "  from {} x join ({}) c on {} where {}) k where k.keys is not null"_sql,
               carry_name(derivation, flow), flow.set.size(), sql::join(parts, ", "_sql), flow.target.table, represented,
               is_source(derivation.to_old, "x"), unclaimed(flow, "x"));
}

Sql carry_back_range(const Derivation& derivation) {
  const auto& flow = derivation.to_old;
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < flow.key.size(); ++i) parts.push_back(build("c.{}::text"_sql, claim_column('k', i)));
  return build("select {}(k.keys, {}, 'again') from (select jsonb_agg(distinct jsonb_build_array({})) as keys from ({}) c\n"
               "  where not {}) k where k.keys is not null"_sql,
               carry_name(derivation, flow), all_columns(flow), sql::join(parts, ", "_sql), claims(flow, in_range(flow.source, "segue_row")), key_is_null(flow, "c"));
}

Sql restore_archived_range(const Derivation& derivation, const sql::QualifiedName& archive) {
  std::vector<Sql> set;
  for (const auto& column : derivation.to_old.set)
    if (column.column != column.stored)
      set.push_back(build("{} = coalesce(x.{}, a.{}::{})"_sql, Ident{column.stored}, Ident{column.stored}, Ident{column.column}, Sql::from_journal(column.type)));
  const auto& table = derivation.to_new.source;
  if (set.empty()) return "select 1 where $1::text is null and $2::text is null"_sql;
  return build("update {} x set {} from {} a where a.key = {} and {}"_sql, table.table, sql::join(set, ", "_sql), archive, key_array(table, "x"), in_range(table, "x"));
}

Sql is_represented(const Derivation& derivation, std::string_view alias) { return build("not ({})"_sql, unclaimed(derivation.to_old, alias)); }

Sql let_go_range(const Derivation& derivation, const sql::QualifiedName& archive) {
  const auto& flow = derivation.to_old;
  const auto& table = derivation.to_new.source;
  std::vector<Sql> parts;
  for (const auto& column : flow.key) parts.push_back(build("x.{}::text"_sql, Ident{column.stored}));
  return build("select {}(k.keys, array_fill(true, array[{}]), 'leave') from (select jsonb_agg(jsonb_build_array({})) as keys from {} x\n"
               "  join {} a on a.key = {} where {} and {} = any (a.{}) and {}) k where k.keys is not null"_sql,
               carry_name(derivation, flow), flow.set.size(), sql::join(parts, ", "_sql), table.table, archive, key_array(table, "x"), in_range(table, "x"),
               Literal{derivation.name}, Ident{represented_by}, unclaimed(flow, "x"));
}

Sql hold_range(const Flow& flow) {
  return build("select 1 from {} x where {} order by {} for no key update"_sql, flow.source.table, in_range(flow.source, "x"), text_array(names_of(flow.source.key), "x"));
}

Sql hold_again(const Flow& flow, bool target_key) {
  if (!target_key) return build("select 1 from {} x where {} for no key update"_sql, flow.source.table, is_key(flow.source, "x"));
  return build("select 1 from {} x where exists (select 1 from ({}) c where {}) order by {} for no key update"_sql, flow.source.table,
               claims_in(flow, Keys::parameter), is_source(flow, "x"), text_array(names_of(flow.source.key), "x"));
}

Sql carry_again(const Derivation& derivation, const Flow& flow, bool target_key, const std::string& why) {
  const auto all = build("{}, {}"_sql, columns_once_read(flow), Literal{why});
  if (target_key) return build("select {}(jsonb_build_array(to_jsonb($1::text[])), {})"_sql, carry_name(derivation, flow), all);
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < flow.key.size(); ++i) parts.push_back(build("c.{}::text"_sql, claim_column('k', i)));
  return build("select {}(k.keys, {}) from (select jsonb_agg(distinct jsonb_build_array({})) as keys from ({}) c where not {}) k where k.keys is not null"_sql,
               carry_name(derivation, flow), all, sql::join(parts, ", "_sql), claims_of_row(flow), key_is_null(flow, "c"));
}

namespace {

// The driving rows are locked before their claims are read, as the backfill does it.
std::vector<Sql> follow(const Derivation& derivation, const Sql& locked, const Sql& claimed) {
  const auto& flow = derivation.to_new;
  const auto source = text_array(names_of(flow.source.key), "x");
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < flow.key.size(); ++i) parts.push_back(build("c.{}::text"_sql, claim_column('k', i)));
  return {build("select count(*) from (select 1 from {} x where {} order by {} for no key update) l"_sql, flow.source.table, locked, source),
          build("select {}(k.keys, {}, 'again') from (select jsonb_agg(distinct jsonb_build_array({})) as keys from ({}) c join {} s on {} left join {} x on {}\n"
                "  where not {} and not ({})) k where k.keys is not null"_sql,
                carry_name(derivation, flow), all_columns(flow), sql::join(parts, ", "_sql), claims(flow, claimed), flow.source.table, is_source(flow, "s"),
                flow.target.table, is_target(flow, "x", "c"), key_is_null(flow, "c"), queued(derivation, flow))};
}

}  // namespace

std::vector<Sql> follow_key(const Derivation& derivation) {
  const auto& rows = derivation.to_new.source;
  return follow(derivation, is_key(rows, "x"), is_key(rows, "segue_row"));
}

std::vector<Sql> follow_texts(const Derivation& derivation, const std::string& column) {
  const auto& rows = derivation.to_new.source;
  const auto condition = [&](const std::string& alias) {
    return build("{} and {}.{}::text = any ($3::text[])"_sql, in_range(rows, alias), Sql::from_plan(alias), Ident{column});
  };
  return follow(derivation, condition("x"), condition("segue_row"));
}

Sql settle_repair(const Derivation& derivation, const Flow& flow, bool target_key) {
  const auto all = target_key ? claims_in(flow, Keys::parameter) : claims_of_row(flow);
  auto agrees = build("not exists (select 1 from ({}) c left join {} x on {} where {} or x.{} is null or {})"_sql, all, flow.target.table,
                      is_target(flow, "x", "c"), key_is_null(flow, "c"), Ident{flow.key.front().stored}, any_differs(derivation, flow, "x", "c"));
  if (target_key)
    agrees += build(" and not exists (select 1 from {} x where {} = {} and not exists ({}) and not {})"_sql, flow.target.table,
                    mapping::target_key(flow, "x"), one_key(flow), claims_in(flow, Keys::parameter), is_detached(flow, "x"));
  const auto direction = (target_key ? "into " : "") + flow.direction;
  return build("update segue.repairs q set \"resolvedAt\" = clock_timestamp() where q.plan = {} and q.mapping = {} and q.\"resolvedAt\" is null\n"
               "  and q.direction = {} and q.key = $1::text[] and {}"_sql,
               Literal{derivation.plan}, Literal{derivation.name}, Literal{direction}, agrees);
}

}  // namespace segue::mapping
