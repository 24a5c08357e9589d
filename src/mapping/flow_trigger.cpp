// The triggers of a derivation: a row enters (it claims rows of the target) and leaves (it claims them no more).
// They never fail the application's write, but where the plan forbids it: what cannot be done is queued.
#include <fmt/format.h>

#include "mapping/claims.hpp"
#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

std::vector<std::string> listed(const std::set<std::string>& columns) { return {columns.begin(), columns.end()}; }

// The key, too: a row that takes another one may move to where the backfill has been already.
std::vector<std::string> source_columns(const Flow& flow) {
  auto all = flow.identity;
  for (const auto& column : flow.source.key) all.insert(column.name);
  for (const auto& column : flow.set) all.insert(column.depends_on.begin(), column.depends_on.end());
  return listed(all);
}

std::vector<std::string> key_names(const Resolved& table) {
  std::vector<std::string> names;
  for (const auto& column : table.key) names.push_back(column.name);
  return names;
}

Sql function(const Derivation& derivation, const Flow& flow, const std::string& what) {
  return build("segue.{}"_sql, Ident{named(what + " " + flow.direction, derivation.plan, derivation.name)});
}

// Triggers of a table fire in the order of their names: rows leave before they enter; those that need others leave before
// these, and enter behind them.
std::string trigger(const Derivation& derivation, const Flow& flow, std::string_view what, std::string_view event) {
  const bool leave = what == "leave";
  const int place = leave == (flow.direction == "new") ? derivation.ranks - derivation.rank : derivation.rank + 1;
  return named(fmt::format("zz segue {} {} {:02} {}", leave ? 1 : 2, what, place, event), derivation.plan, derivation.name);
}

Sql key_list(const Flow& flow) {
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < flow.key.size(); ++i) parts.push_back(build("c.{}::text"_sql, claim_column('k', i)));
  return build("jsonb_agg(distinct jsonb_build_array({})) filter (where not {})"_sql, sql::join(parts, ", "_sql), key_is_null(flow, "c"));
}

Sql read_keys(const Flow& flow, const Sql& into, const std::string& record) {
  return build("select {} into {} from ({}) c;\n"_sql, key_list(flow), into, claims_of_record(flow, record));
}

// Columns whose sources have changed; all of them for a row that claims another row than before.
Sql touched(const Flow& flow) {
  if (flow.set.empty()) return all_columns(flow);
  std::vector<Sql> parts;
  for (const auto& column : flow.set) parts.push_back(build("({})"_sql, any_changed(listed(column.depends_on))));
  return build("case when tg_op = 'INSERT' or {} then {} else array[{}] end"_sql, any_changed(listed(flow.identity)), all_columns(flow), sql::join(parts, ", "_sql));
}

Sql own_key(const Flow& flow, const std::string& record) { return build("values ({})"_sql, text_array(key_names(flow.source), record)); }

// `behind`: what is done whether the rest could be done or not.
Sql create(const Derivation& derivation, const Sql& name, const Sql& body, const Sql& behind = {}) {
  return build("create or replace function {}() returns trigger\nlanguage plpgsql security definer set search_path = {}, pg_temp as {}\n"
               "#variable_conflict use_column\ndeclare\n  segue_keys jsonb; segue_after jsonb; segue_lost boolean;\nbegin\n  begin\n{}  end;\n{}  return null;\nend {}"_sql,
               name, Ident{derivation.schema}, dollar_quote(body + behind), body, behind, dollar_quote(body + behind));
}

Sql guarded(const Sql& work, const Sql& otherwise) {
  return build("{}  exception when restrict_violation then raise;\n  when others then\n    if sqlstate like '40%' then raise; end if;\n{}"_sql, work, otherwise);
}

Sql queue_unseen_texts(const Derivation& derivation, const Flow& flow) {
  Sql text;
  for (const auto& value : flow.source.values)
    text += "  "_sql + queue_texts(derivation, value.name, build("values (new.{}::text, {})"_sql, Ident{value.column}, key_array(flow.source, "new")));
  return text;
}

Sql create_enter(const Derivation& derivation, const Flow& flow) {
  const auto lost = record(derivation, flow.direction, "'no key'"_sql, own_key(flow, "new"));
  const auto work = build("    select {}, bool_or({}) into segue_keys, segue_lost from ({}) c;\n    if segue_lost then {}    end if;\n"
                          "    if segue_keys is not null then perform {}(segue_keys, {}); end if;\n"_sql,
                          key_list(flow), key_is_null(flow, "c"), claims_of_record(flow, "new"), lost, carry_name(derivation, flow), touched(flow));
  return create(derivation, function(derivation, flow, "enter"),
                guarded(work, "    "_sql + record(derivation, flow.direction, "sqlstate"_sql, own_key(flow, "new"))), queue_unseen_texts(derivation, flow));
}

Sql create_leave(const Derivation& derivation, const Flow& flow) {
  const auto work = build("    {}    if tg_op = 'UPDATE' then {}    end if;\n"
                          "    segue_lost := jsonb_array_length(segue_keys) = 1 and jsonb_array_length(segue_after) = 1;\n"
                          "    select jsonb_agg(b.value) into segue_keys from jsonb_array_elements(segue_keys) b\n"
                          "      where not exists (select 1 from jsonb_array_elements(segue_after) a where a.value = b.value);\n"
                          "    if segue_keys is not null then perform {}(segue_keys, {}, case when segue_lost then segue_after -> 0 end); end if;\n"_sql,
                          read_keys(flow, "segue_keys"_sql, "old"), read_keys(flow, "segue_after"_sql, "new"), carry_name(derivation, flow), columns_once_read(flow));
  // The row is gone or claims others now, so what is queued is the key it had.
  const auto gone = "select array(select jsonb_array_elements_text(k.value)) from jsonb_array_elements(segue_keys) k"_sql;
  return create(derivation, function(derivation, flow, "leave"),
                guarded(work, "    "_sql + record(derivation, "into " + flow.direction, "sqlstate"_sql, gone)));
}

// Not while this very mapping writes the row: it has just made it what the other side says.
Sql not_ours(const Derivation& derivation) {
  return build("strpos(coalesce(current_setting('segue.carrying', true), ''), {}) = 0"_sql, Literal{"<" + derivation.plan + "/" + derivation.name + ">"});
}

Sql create_trigger(const Derivation& derivation, const Flow& flow, const std::string& what, const std::string& event, const std::vector<std::string>& columns) {
  const auto changed = event == "update" ? build("({}) and "_sql, any_changed(columns)) : Sql();
  return build("create trigger {} after {} on {} for each row when ({}{}) execute function {}()"_sql, Ident{trigger(derivation, flow, what, event)},
               Sql::from_plan(event), flow.source.table, changed, not_ours(derivation), function(derivation, flow, what));
}

struct Event { std::string what, event; };
const std::vector<Event>& events() {
  static const std::vector<Event> all{{"leave", "delete"}, {"leave", "update"}, {"enter", "insert"}, {"enter", "update"}};
  return all;
}

Sql create_fill(const Derivation& derivation) {
  const auto& flow = derivation.to_new;
  const auto body = build("  perform 1 from {} x where {} order by {} for no key update;\n"
                          "  {}  select {} into segue_keys from ({}) c;\n"
                          "  return case when segue_keys is null then 0 else {}(segue_keys, {}) end;\n"_sql,
                          flow.source.table, in_range(flow.source, "x"), text_array(key_names(flow.source), "x"),
                          record(derivation, "new", "'no key'"_sql, build("select {} from ({}) c where {}"_sql, claim_array('p', flow.source.key.size(), "c"),
                                                                         claims(flow, in_range(flow.source, "segue_row")), key_is_null(flow, "c"))),
                          key_list(flow), claims(flow, in_range(flow.source, "segue_row")), carry_name(derivation, flow), columns_once_read(flow));
  return build("create or replace function {}(text[], text[]) returns bigint\nlanguage plpgsql set search_path = {}, pg_temp as {}\n"
               "#variable_conflict use_column\ndeclare segue_keys jsonb;\nbegin\n{}end {}"_sql,
               function(derivation, flow, "fill"), Ident{derivation.schema}, dollar_quote(body), body, dollar_quote(body));
}

void add_flow(const Derivation& derivation, const Flow& flow, Functions& all) {
  all.create.push_back(create_carry(derivation, flow));
  all.create.push_back(create_enter(derivation, flow));
  all.create.push_back(create_leave(derivation, flow));
  for (const auto& [what, event] : events())
    all.create.push_back(create_trigger(derivation, flow, what, event, what == "leave" ? listed(flow.identity) : source_columns(flow)));
}

}  // namespace

std::string enter_trigger(const Derivation& derivation, const Flow& flow, std::string_view event) { return trigger(derivation, flow, "enter", event); }

Functions functions_of(const Derivation& derivation) {
  Functions all;
  for (const auto* flow : {&derivation.to_new, &derivation.to_old}) {
    if (flow == &derivation.to_old || !derivation.retired) add_flow(derivation, *flow, all);
    for (const auto& [what, event] : events())
      all.drop.push_back(build("drop trigger if exists {} on {}"_sql, Ident{trigger(derivation, *flow, what, event)}, flow->source.table));
  }
  if (!derivation.retired) all.create.push_back(create_fill(derivation));
  for (const auto* flow : {&derivation.to_new, &derivation.to_old})
    for (const auto* what : {"enter", "leave"}) all.drop.push_back(build("drop function if exists {}()"_sql, function(derivation, *flow, what)));
  all.drop.push_back(build("drop function if exists {}(text[], text[])"_sql, function(derivation, derivation.to_new, "fill")));
  for (const auto* flow : {&derivation.to_new, &derivation.to_old})
    all.drop.push_back(build("drop function if exists {}(jsonb, boolean[], jsonb)"_sql, carry_name(derivation, *flow)));
  return all;
}

Sql fill_range(const Derivation& derivation) {
  return build("select {}($1::text[], $2::text[])"_sql, function(derivation, derivation.to_new, "fill"));
}

}  // namespace segue::mapping
