// Rows that read derived rows by their new side: when a derived row appears, changes or goes, they are computed again.
// Rows that somebody else holds are queued instead: the application's write waits for none of them.
#include "mapping/claims.hpp"
#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

// Rows whose side looks at this derived row: on the new side those that should refer to it, on the old side those that do.
// `record`: the trigger's row, or "" for a row that there is not.
void looking(const Resolved& reader, const Direction& side, const sql::QualifiedName& derived, const std::vector<catalog::Column>& key, const std::string& record,
             std::vector<Sql>& queries) {
  for (const auto& use : sql::tables_of(side.where, side.from)) {
    if (use.table != derived.name) continue;
    std::vector<Sql> same;
    for (const auto& column : key) {
      const auto value = record.empty() ? build("(select null::{})"_sql, Sql::from_journal(column.type)) : build("{}.{}"_sql, Sql::from_plan(record), Ident{column.name});
      same.push_back(build("{}.{} = {}"_sql, Ident{use.alias}, Ident{column.name}, value));
    }
    queries.push_back(build("select {} from {} segue_row left join {} where {}"_sql, key_array(reader, "segue_row"), reader.table,
                            plan_text(sql::with_row(side.where, side.from, side.row, "segue_row", true, {})), sql::join(same, " and "_sql)));
  }
}

Sql looking_at(const Resolved& reader, const sql::QualifiedName& derived, const std::vector<catalog::Column>& key, const std::string& record, bool born) {
  std::vector<Sql> queries;
  if (!reader.retired) looking(reader, reader.to_new, derived, key, record, queries);
  if (!born || queries.empty()) looking(reader, reader.to_old, derived, key, record, queries);
  return sql::join(queries, " union "_sql);
}

// The derived row's columns that the reader's side names.
std::set<std::string> columns_read(const Resolved& reader, const sql::QualifiedName& derived) {
  std::set<std::string> columns;
  for (const auto* side : {&reader.to_new, &reader.to_old})
    for (const auto& use : sql::tables_of(side->where, side->from)) {
      if (use.table != derived.name) continue;
      std::vector<std::string> texts{side->from};
      for (const auto& column : side->columns) texts.push_back(column.expression);
      for (const auto& text : texts)
        for (const auto& column : sql::columns_of(side->where, text, use.alias)) columns.insert(column);
    }
  return columns;
}

Sql queue(const Resolved& reader, const Sql& reason, const Sql& condition) {
  return build("insert into segue.repairs (plan, mapping, key, direction, reason)\n      select {}, {}, array(select jsonb_array_elements_text(k.value)), 'new', {}\n"
               "      from jsonb_array_elements(segue_keys) k where {};\n"_sql, Literal{reader.plan}, Literal{reader.name}, reason, condition);
}

Sql body_of(const Resolved& reader, const sql::QualifiedName& derived, const std::vector<catalog::Column>& key) {
  Slice slice;
  slice.rows = in_keys(reader, "x", "segue_free"_sql);
  return build("  begin\n    if tg_op = 'DELETE' then\n      select jsonb_agg(to_jsonb(r.key)) into segue_keys from ({}) r(key);\n"
               "    elsif tg_op = 'INSERT' then\n      select jsonb_agg(to_jsonb(r.key)) into segue_keys from ({}) r(key);\n"
               "    else\n      select jsonb_agg(to_jsonb(r.key)) into segue_keys from ({}) r(key);\n    end if;\n"
               "    if segue_keys is not null and tg_op <> 'DELETE' then\n      select jsonb_agg(to_jsonb(f.key)) into segue_free from (select {} from {} x where {} for no key update skip locked) f(key);\n"
               "    end if;\n    if segue_free is not null then\n      perform set_config('segue.backfill', 'on', true);\n      {};\n"
               "      perform set_config('segue.backfill', segue_before, true);\n    end if;\n"
               "    {}  exception when others then\n    if sqlstate like '40%' then raise; end if;\n    {}  end;\n"
               "  if tg_op = 'DELETE' then return old; end if;\n  return null;\n"_sql,
               looking_at(reader, derived, key, "old", false), looking_at(reader, derived, key, "new", true), looking_at(reader, derived, key, "new", false), key_array(reader, "x"), reader.table,
               in_keys(reader, "x", "segue_keys"_sql), backfill_batch(reader, slice),
               queue(reader, "'what it refers to changed'"_sql,
                     "not exists (select 1 from jsonb_array_elements(segue_free) f where f.value = k.value)"_sql),
               queue(reader, "sqlstate"_sql, "true"_sql));
}

}  // namespace

std::vector<Look> looks_of(const Resolved& reader, const sql::QualifiedName& derived, const std::vector<catalog::Column>& derived_key) {
  std::vector<Look> looks;
  for (const auto* side : {&reader.to_new, &reader.to_old}) {
    std::vector<Sql> queries;
    looking(reader, *side, derived, derived_key, "", queries);
    for (const auto& query : queries) looks.push_back({query, reader.table, side->where});
  }
  return looks;
}

Functions follow_functions(const Resolved& reader, const sql::QualifiedName& derived, const std::vector<catalog::Column>& derived_key) {
  const auto name = build("segue.{}"_sql, Ident{named("follow " + derived.name, reader.plan, reader.name)});
  const auto trigger = [&](const std::string& event) { return Ident{named("zz segue 3 follow " + event, reader.plan, reader.name)}; };
  const auto body = body_of(reader, derived, derived_key);
  Functions all;
  all.create.push_back(build("create or replace function {}() returns trigger\nlanguage plpgsql security definer set search_path = {}, pg_temp {} as {}\n"
                             "#variable_conflict use_column\ndeclare\n  segue_keys jsonb; segue_free jsonb;\n"
                             "  segue_before text := coalesce(current_setting('segue.backfill', true), '');\nbegin\n{}end {}"_sql,
                             name, Ident{reader.schema}, by_index, dollar_quote(body), body, dollar_quote(body)));
  const auto read = columns_read(reader, derived);
  for (const auto* event : {"insert", "update", "delete"}) {
    const bool gone = std::string_view(event) == "delete";
    const auto changed = std::string_view(event) == "update" ? build("({}) and "_sql, any_changed({read.begin(), read.end()})) : Sql();
    all.create.push_back(build("create trigger {} {} {} on {} for each row when ({}current_setting('segue.follow', true) is distinct from 'off')\n"
                               "  execute function {}()"_sql, trigger(event), gone ? "before"_sql : "after"_sql, Sql::from_plan(event), derived, changed, name));
    all.drop.push_back(build("drop trigger if exists {} on {}"_sql, trigger(event), derived));
  }
  all.drop.push_back(build("drop function if exists {}()"_sql, name));
  return all;
}

}  // namespace segue::mapping
