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

const auto both_wait = "'something waits on both sides'"_sql;

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

// Columns whose sources have changed.
Sql touched(const Flow& flow) {
  if (flow.set.empty()) return all_columns(flow);
  std::vector<Sql> parts;
  for (const auto& column : flow.set) parts.push_back(build("({})"_sql, any_changed(listed(column.depends_on))));
  return build("array[{}]"_sql, sql::join(parts, ", "_sql));
}

// The row has what waits at the keys, which it is about to write over or let go: all but the columns it has just written.
Sql heeded(const Derivation& derivation, const Flow& flow, const std::string& record) {
  const auto& back = opposite(derivation, flow);
  if (back.set.empty()) return "true"_sql;
  std::vector<Sql> kept;
  for (const auto& column : back.set) kept.push_back(build("old.{} is not distinct from new.{}"_sql, Ident{column.stored}, Ident{column.stored}));
  return build("(case when tg_op = 'UPDATE' then {}(segue_keys, {}, jsonb_build_array(to_jsonb({})), array[{}]) else true end)"_sql, heed_name(derivation, flow),
               text_array(key_names(flow.source), record), text_array(stored_names(back.key), "new"), sql::join(kept, ", "_sql));
}

Sql own_key(const Flow& flow, const std::string& record) { return build("values ({})"_sql, text_array(key_names(flow.source), record)); }

// `before` and `behind`: what is done whether the rest can be done or not.
Sql create(const Derivation& derivation, const Sql& name, const Sql& body, const Sql& before = {}, const Sql& behind = {}) {
  const auto quote = dollar_quote(before + body + behind);
  return build("create or replace function {}() returns trigger\nlanguage plpgsql security definer set search_path = {}, pg_temp as {}\n"
               "#variable_conflict use_column\ndeclare\n  segue_keys jsonb; segue_after jsonb; segue_lost boolean;\nbegin\n{}  begin\n{}  end;\n{}  return null;\nend {}"_sql,
               name, Ident{derivation.schema}, quote, before, body, behind, quote);
}

Sql guarded(const Sql& work, const Sql& otherwise) {
  return build("{}  exception when restrict_violation then raise;\n  when others then\n    if sqlstate like '40%' then raise; end if;\n{}"_sql, work, otherwise);
}

// What waits in the queue for a row that gets another key goes along.
Sql key_changed(const Flow& flow) { return build("tg_op = 'UPDATE' and ({})"_sql, any_changed(key_names(flow.source))); }

Sql take_queue_along(const Derivation& derivation, const Flow& flow) {
  return build("  if {} then\n    update segue.repairs q set key = {} where q.plan = {} and q.mapping = {} and q.direction = {} and q.key = {}\n"
               "      and q.\"resolvedAt\" is null;\n  end if;\n"_sql,
               key_changed(flow), text_array(key_names(flow.source), "new"), Literal{derivation.plan}, Literal{derivation.name}, Literal{flow.direction},
               text_array(key_names(flow.source), "old"));
}

Sql queue_unseen_texts(const Derivation& derivation, const Flow& flow) {
  Sql text;
  for (const auto& value : flow.source.values)
    text += "  "_sql + queue_texts(derivation, value.name, build("values (new.{}::text, {})"_sql, Ident{value.column}, key_array(flow.source, "new")));
  return text;
}

Sql create_enter(const Derivation& derivation, const Flow& flow) {
  const auto lost = record(derivation, flow.direction, "'no key'"_sql, own_key(flow, "new"));
  const auto carry = carry_name(derivation, flow);
  const auto work = build("    select {}, bool_or({}) into segue_keys, segue_lost from ({}) c;\n    if segue_lost then {}    end if;\n"
                          "    if segue_keys is not null and not (tg_op = 'INSERT' or {}) then perform {}(segue_keys, {}, 'change');\n"
                          "      if {} then perform {}(segue_keys, {}, 'again'); end if;\n"
                          "    elsif segue_keys is not null and {} then perform {}(segue_keys, {}, 'enter');\n"
                          "    elsif segue_keys is not null then {}    end if;\n"_sql,
                          key_list(flow), key_is_null(flow, "c"), claims_of_record(flow, "new"), lost, any_changed(listed(flow.identity)), carry, touched(flow),
                          key_changed(flow), carry, columns_once_read(flow), heeded(derivation, flow, "new"), carry, all_columns(flow), record(derivation, flow.direction, both_wait, own_key(flow, "new")));
  return create(derivation, function(derivation, flow, "enter"),
                guarded(work, "    "_sql + record(derivation, flow.direction, "sqlstate"_sql, own_key(flow, "new"))),
                take_queue_along(derivation, flow), queue_unseen_texts(derivation, flow));
}

Sql create_leave(const Derivation& derivation, const Flow& flow) {
  // The row is gone or claims others now, so what is queued is the key it had.
  const auto gone = "select array(select jsonb_array_elements_text(k.value)) from jsonb_array_elements(segue_keys) k"_sql;
  const auto work = build("    {}    if tg_op = 'UPDATE' then {}    end if;\n"
                          "    segue_lost := jsonb_array_length(segue_keys) = 1 and jsonb_array_length(segue_after) = 1;\n"
                          "    select jsonb_agg(b.value) into segue_keys from jsonb_array_elements(segue_keys) b\n"
                          "      where not exists (select 1 from jsonb_array_elements(segue_after) a where a.value = b.value);\n"
                          "    if segue_keys is not null and {} then perform {}(segue_keys, {}, 'leave', case when segue_lost then segue_after -> 0 end);\n"
                          "    elsif segue_keys is not null then {}    end if;\n"_sql,
                          read_keys(flow, "segue_keys"_sql, "old"), read_keys(flow, "segue_after"_sql, "new"), heeded(derivation, flow, "old"),
                          carry_name(derivation, flow), columns_once_read(flow), record(derivation, "into " + flow.direction, both_wait, gone));
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
                          "  return case when segue_keys is null then 0 else {}(segue_keys, {}, 'again') end;\n"_sql,
                          flow.source.table, in_range(flow.source, "x"), text_array(key_names(flow.source), "x"),
                          record(derivation, "new", "'no key'"_sql, build("select {} from ({}) c where {}"_sql, claim_array('p', flow.source.key.size(), "c"),
                                                                         claims(flow, in_range(flow.source, "segue_row")), key_is_null(flow, "c")), "true"_sql),
                          key_list(flow), claims(flow, in_range(flow.source, "segue_row")), carry_name(derivation, flow), columns_once_read(flow));
  return build("create or replace function {}(text[], text[]) returns bigint\nlanguage plpgsql set search_path = {}, pg_temp as {}\n"
               "#variable_conflict use_column\ndeclare segue_keys jsonb;\nbegin\n{}end {}"_sql,
               function(derivation, flow, "fill"), Ident{derivation.schema}, dollar_quote(body), body, dollar_quote(body));
}

void add_flow(const Derivation& derivation, const Flow& flow, Functions& all) {
  all.create.push_back(create_carry(derivation, flow));
  if (!opposite(derivation, flow).set.empty()) all.create.push_back(create_heed(derivation, flow));
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
    all.drop.push_back(build("drop function if exists {}(jsonb, boolean[], text, jsonb)"_sql, carry_name(derivation, *flow)));
  for (const auto* flow : {&derivation.to_new, &derivation.to_old})
    all.drop.push_back(build("drop function if exists {}(jsonb, text[], jsonb, boolean[])"_sql, heed_name(derivation, *flow)));
  return all;
}

Sql fill_range(const Derivation& derivation) {
  return build("select {}($1::text[], $2::text[])"_sql, function(derivation, derivation.to_new, "fill"));
}

}  // namespace segue::mapping
