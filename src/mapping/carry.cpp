// The one place where a derived row is written: for a set of target keys, what all claims on each agree on.
// Trigger, backfill and repair call it. The rows are locked first and the claims read behind the lock, in a statement of their
// own: whoever changes a claim holds its own row and then waits here, so the last one sees what all others have committed.
// segue_why: "enter", a row has just come to claim these keys; "change", it did before; "leave", it does no more; "again", nobody
// has just written anything (backfill, repair): then what waits to be carried the other way is left as it is.
#include <algorithm>

#include "mapping/claims.hpp"
#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

using OnDelete = plan::Side::OnDelete;

// One row a key, its claims compared: segue_s1 as the first of them has it, segue_a1 true if all others have the same.
Sql agreed(const Derivation& derivation, const Flow& flow, Keys keys) {
  const auto all = claims_in(flow, keys, build(", {} as segue_waits"_sql, source_waits(derivation, flow, "segue_row")));
  const auto key = claim_columns('k', flow.key.size(), "d"), order = claim_columns('p', flow.source.key.size(), "d");
  Sql first, same = build(", bool_or(d.segue_waits) over (partition by {}) as segue_let_be"_sql, key);
  for (std::size_t i = 0; i < flow.set.size(); ++i) {
    const auto value = claim_column('s', i), head = claim_column('f', i);
    first += build(", first_value(d.{}) over w as {}"_sql, value, head);
    same += build(", bool_and(d.{} is not distinct from d.{}) over (partition by {}) as {}"_sql, value, head, key, claim_column('a', i));
    if (!flow.set[i].values.empty()) same += build(", bool_and(d.{}) over (partition by {}) as {}"_sql, claim_column('u', i), key, claim_column('h', i));
  }
  return build("select distinct on ({}) d.*{}\n    from (select d.*{} from ({}) d window w as (partition by {} order by {})) d order by {}, {}"_sql,
               key, same, first, all, key, order, key, order);
}

// The row whose only claim has another key now goes with it: what refers to it, and what only it holds, stays. Where the plan
// keeps rows that nothing claims, it stays behind for what refers to it.
Sql move(const Flow& flow, Keys keys) {
  if (flow.direction == "old" || flow.on_delete == OnDelete::detach) return {};
  std::vector<Sql> set, there;
  for (std::size_t i = 0; i < flow.key.size(); ++i) {
    const auto value = build("(segue_to ->> {})::{}"_sql, i, Sql::from_journal(flow.key[i].type));
    set.push_back(build("{} = {}"_sql, Ident{flow.key[i].stored}, value));
    there.push_back(build("y.{} = {}"_sql, Ident{flow.key[i].stored}, value));
  }
  return build("  if segue_to is not null then\n    update {} x set {} where {} in {} and not exists ({}) and not exists (select 1 from {} y where {});\n"
               "    get diagnostics segue_rows = row_count;\n    segue_written := segue_written + segue_rows;\n  end if;\n"_sql,
               flow.target.table, sql::join(set, ", "_sql), target_key(flow, "x"), keys_in(flow, keys), claims_in(flow, keys),
               flow.target.table, sql::join(there, " and "_sql));
}

Sql counted(const Sql& statement) {
  return build("  {};\n  get diagnostics segue_rows = row_count;\n  segue_written := segue_written + segue_rows;\n"_sql, statement);
}

// On a conflict with a row that somebody else has made meanwhile, that row is locked and nothing else: `update` looks at it next.
Sql birth(const Derivation& derivation, const Flow& flow, Keys keys) {
  std::vector<std::string> columns = stored_names(flow.key);
  Sql values = claim_columns('k', flow.key.size(), "a");
  for (std::size_t i = 0; i < flow.insert.size(); ++i) {
    columns.push_back(flow.insert[i].stored);
    values += build(", a.{}"_sql, claim_column('i', i));
  }
  for (std::size_t i = 0; i < flow.set.size(); ++i) {
    columns.push_back(flow.set[i].stored);
    values += build(", case when a.{} then a.{} end"_sql, claim_column('a', i), claim_column('s', i));
  }
  const Ident touched{flow.set.empty() ? flow.key.front().stored : flow.set.front().stored};
  return counted(build("insert into {} as x ({}) select {} from ({}) a\n    where (segue_why = 'enter' or not a.segue_let_be) and not exists (select 1 from {} y where {})\n"
                       "    on conflict ({}) do update set {} = x.{} where false"_sql,
                       flow.target.table, sql::identifier_list(columns), values, agreed(derivation, flow, keys), flow.target.table, is_target(flow, "y", "a"),
                       sql::identifier_list(stored_names(flow.key)), touched, touched));
}

// NULL in segue_columns: only once somebody has read the text; until then the other side may have said what stands there.
Sql is_ours(const Derivation& derivation, const Flow& flow, std::size_t i) {
  const auto& column = flow.set[i];
  const auto agreed = build("a.{} and "_sql, claim_column('a', i));
  if (!column.values.empty()) return agreed + build("coalesce(segue_columns[{}], not a.{} or x.{} is null)"_sql, i + 1, claim_column('h', i), Ident{column.stored});
  if (column.text_of.empty()) return agreed + build("segue_columns[{}]"_sql, i + 1);
  return agreed + build("segue_columns[{}] and {}"_sql, i + 1, column_differs(derivation, flow, i, "x", "a"));
}

// What the way back has written is read like any other text.
Sql queue_own_texts(const Derivation& derivation, const Flow& flow, Keys keys) {
  if (derivation.retired) return {};
  Sql text;
  for (const auto& column : flow.set)
    if (!column.text_of.empty())
      text += "  "_sql + queue_texts(derivation, column.text_of, build("select x.{}::text, {} from {} x where {} in {}"_sql, Ident{column.stored},
                                                                      key_array(flow.target, "x"), flow.target.table, target_key(flow, "x"), keys_in(flow, keys)));
  return text;
}

// Only columns that the caller names, by number: a change of one does not write over what the other side says in another.
Sql update(const Derivation& derivation, const Flow& flow, Keys keys) {
  if (flow.set.empty()) return {};
  std::vector<Sql> set, differs;
  for (std::size_t i = 0; i < flow.set.size(); ++i) {
    const Ident column{flow.set[i].stored};
    const auto mine = is_ours(derivation, flow, i);
    set.push_back(build("{} = case when {} then a.{} else x.{} end"_sql, column, mine, claim_column('s', i), column));
    differs.push_back(build("({} and {})"_sql, mine, column_differs(derivation, flow, i, "x", "a")));
  }
  return counted(build("update {} x set {}\n    from ({}) a where {} and ({})\n    and (segue_why in ('enter', 'change') or not (a.segue_let_be or {}))"_sql,
                       flow.target.table, sql::join(set, ", "_sql), agreed(derivation, flow, keys), is_target(flow, "x", "a"),
                       sql::join(differs, " or "_sql), target_waits(derivation, flow, "x")));
}

// Claims that do not agree are nobody's decision to make here.
Sql queue_disputes(const Derivation& derivation, const Flow& flow, Keys keys) {
  if (flow.set.empty()) return {};
  std::vector<Sql> agree;
  for (std::size_t i = 0; i < flow.set.size(); ++i) agree.push_back(build("a.{}"_sql, claim_column('a', i)));
  return "  "_sql + record(derivation, "into " + flow.direction, "'claims disagree'"_sql,
                           build("select {} from ({}) a where not ({})"_sql, claim_array('k', flow.key.size(), "a"), agreed(derivation, flow, keys),
                                 sql::join(agree, " and "_sql)), "true"_sql);
}

Sql queue_missing(const Derivation& derivation, const Flow& flow, Keys keys) {
  return "  "_sql + record(derivation, flow.direction, "'no such row, and none may be made'"_sql,
                           build("select {} from ({}) c where not exists (select 1 from {} x where {})"_sql,
                                 claim_array('p', flow.source.key.size(), "c"), claims_in(flow, keys), flow.target.table, is_target(flow, "x", "c")), "segue_why = 'again'"_sql);
}

Sql abandoned(const Derivation& derivation, const Flow& flow, Keys keys) {
  return build("{} in {} and not exists (select 1 from ({}) c where {}) and (segue_why = 'leave' or not {})"_sql, target_key(flow, "x"), keys_in(flow, keys),
               claims_in(flow, keys), is_target(flow, "x", "c"), target_waits(derivation, flow, "x"));
}

// What becomes of a row that nothing claims any more.
Sql removal(const Derivation& derivation, const Flow& flow, Keys keys) {
  const auto gone = abandoned(derivation, flow, keys);
  // What a foreign key sets to NULL in the rows that refer to it is no decision of the application's.
  if (flow.on_delete == OnDelete::cascade)
    return "  segue_mark := coalesce(current_setting('segue.backfill', true), '');\n  perform set_config('segue.backfill', 'on', true);\n"_sql +
           counted(build("delete from {} x where {}"_sql, flow.target.table, gone)) + "  perform set_config('segue.backfill', segue_mark, true);\n"_sql;
  if (flow.on_delete == OnDelete::forbid)
    return build("  if exists (select 1 from {} x where {}) then\n    raise exception using errcode = 'restrict_violation', message = {};\n  end if;\n"_sql,
                 flow.target.table, gone,
                 Literal{"the plan forbids to delete this row of \"" + flow.source.table.name + "\": a row of \"" + flow.target.table.name + "\" stands for it"});
  if (flow.detach.empty()) return {};
  std::vector<Sql> set, differs;
  for (const auto& column : flow.detach) {
    const auto value = plan_text(sql::with_row(flow.where, column.expression, flow.direction, "x", false, {}));
    set.push_back(build("{} = {}"_sql, Ident{column.stored}, value));
    differs.push_back(build("x.{} is distinct from ({})"_sql, Ident{column.stored}, value));
  }
  return counted(build("update {} x set {} where {} and ({})"_sql, flow.target.table, sql::join(set, ", "_sql), gone, sql::join(differs, " or "_sql)));
}

Sql body(const Derivation& derivation, const Flow& flow, Keys keys) {
  return lock_rows(flow, keys) + move(flow, keys) + (flow.creates ? birth(derivation, flow, keys) : Sql()) + update(derivation, flow, keys) +
         queue_own_texts(derivation, flow, keys) + queue_disputes(derivation, flow, keys) + (flow.creates ? Sql() : queue_missing(derivation, flow, keys)) + removal(derivation, flow, keys);
}

}  // namespace

Sql lock_rows(const Flow& flow, Keys keys) {
  return build("  perform 1 from {} x where {} in {} order by {} for no key update;\n"_sql, flow.target.table, target_key(flow, "x"),
               keys_in(flow, keys), target_key(flow, "x"));
}

// Two writers of a pair take its two locks in opposite order. The way back gives up first, so that the other need not.
Sql patience(const Derivation& derivation, const Flow& flow) {
  const auto ms = flow.direction == "new" ? derivation.patience.count() : std::max<std::int64_t>(1, derivation.patience.count() / 2);
  return build("{}"_sql, Literal{std::to_string(ms) + "ms"});
}

Sql create_carry(const Derivation& derivation, const Flow& flow) {
  const auto mark = Literal{"<" + derivation.plan + "/" + derivation.name + ">"};
  const auto work = build("  if jsonb_array_length(segue_keys) = 1 then\n{}  else\n{}  end if;\n"_sql, body(derivation, flow, Keys::one),
                          body(derivation, flow, Keys::several));
  return build("create or replace function {}(segue_keys jsonb, segue_columns boolean[], segue_why text, segue_to jsonb default null) returns bigint\n"
               "language plpgsql security definer set search_path = {}, pg_temp {} set lock_timeout = {} as {}\n"
               "#variable_conflict use_column\n"
               "declare\n  segue_before text := coalesce(current_setting('segue.carrying', true), '');\n  segue_rows bigint; segue_written bigint := 0; segue_mark text;\n"
               "begin\n  perform set_config('segue.carrying', segue_before || {}, true);\n{}"
               "  perform set_config('segue.carrying', segue_before, true);\n  return segue_written;\nend {}"_sql,
               carry_name(derivation, flow), Ident{derivation.schema}, by_index, patience(derivation, flow), dollar_quote(work), mark,
               work, dollar_quote(work));
}

}  // namespace segue::mapping
