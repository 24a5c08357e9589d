#include "base/text.hpp"
#include "mapping/expressions.hpp"
#include "mapping/mapping.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

Sql variable(const Direction& side, std::size_t i) {
  return build(side.row == "old" ? "segue_new_{}"_sql : "segue_old_{}"_sql, i + 1);
}

Sql any_of(const std::vector<Sql>& conditions) { return conditions.empty() ? "false"_sql : sql::join(conditions, " or "_sql); }

Sql changed(const Direction& side) {
  std::vector<std::string> columns;
  for (const auto& column : side.columns) columns.push_back(column.stored);
  return any_changed(columns);
}

Sql record_repair(const Resolved& mapping, const Sql& direction, const Sql& reason) {
  return build("insert into segue.repairs (plan, mapping, key, direction, reason) values ({}, {}, {}, {}, {});"_sql,
               Literal{mapping.plan}, Literal{mapping.name}, key_array(mapping, "new"), direction, reason);
}

// One column by itself, where the whole side could not be computed: its own expression, else its stand-in, else what is there.
Sql compute_alone(const Resolved& mapping, const Direction& side, std::size_t i) {
  const auto& column = side.columns[i];
  const auto spoken = speak(mapping, side, "new");
  const auto fallback = column.stand_in.empty() ? build("new.{}"_sql, Ident{column.stored})
                                                : stand_in(side, column, "new");
  return build("      begin select {} into strict {} from {};\n"
               "      exception when others then {} := {}; end;\n"_sql,
               spoken.expressions[i], variable(side, i), spoken.from, variable(side, i), fallback);
}

// All columns of a side in one look-up. What cannot be computed is recorded and never fails the application's write.
Sql compute(const Resolved& mapping, const Direction& side) {
  const auto spoken = speak(mapping, side, "new");
  const auto direction = Literal{side.row == "old" ? "new" : "old"};
  std::vector<Sql> expressions = spoken.expressions, variables;
  Sql alone, missing, seen;
  for (std::size_t i = 0; i < side.columns.size(); ++i) {
    variables.push_back(variable(side, i));
    alone += compute_alone(mapping, side, i);
    if (!side.columns[i].stand_in.empty())
      missing += build("    if {} is null then {} := {}; {} end if;\n"_sql, variable(side, i), variable(side, i),
                       stand_in(side, side.columns[i], "new"),
                       record_repair(mapping, build("{}"_sql, direction), "'no value: stand-in used'"_sql));
    else if (side.row == "new" && side.columns[i].not_null)
      missing += build("    if {} is null and tg_op = 'UPDATE' then {} := old.{}; {} end if;\n"_sql, variable(side, i), variable(side, i),
                       Ident{side.columns[i].stored}, record_repair(mapping, build("{}"_sql, direction), "'no value: kept what it had'"_sql));
  }
  for (std::size_t i = 0; i < spoken.unseen.size(); ++i) {
    expressions.push_back(spoken.unseen[i].condition);
    variables.push_back(build("segue_unseen_{}"_sql, i + 1));
    seen += build("    if segue_unseen_{} then insert into segue.value_seen (plan, value, raw, key) values ({}, {}, {}, {}); end if;\n"_sql,
                  i + 1, Literal{mapping.plan}, Literal{spoken.unseen[i].value}, spoken.unseen[i].raw, key_array(mapping, "new"));
  }
  return build("    begin\n      select {}\n        into strict {}\n        from {};\n"
               "    exception when others then\n      if sqlstate like '40%' then raise; end if;\n"
               "      {}\n{}    end;\n{}{}"_sql,
               sql::join(expressions, ", "_sql), sql::join(variables, ", "_sql), spoken.from,
               record_repair(mapping, build("{}"_sql, direction), "sqlstate"_sql), alone, missing, seen);
}

Sql key_changed(const Resolved& mapping) {
  std::vector<std::string> columns;
  for (const auto& column : mapping.key) columns.push_back(column.name);
  return any_changed(columns);
}

Sql declarations(const Resolved& mapping) {
  Sql text;
  for (const auto* side : {&mapping.to_new, &mapping.to_old})
    for (std::size_t i = 0; i < side->columns.size(); ++i)
      text += build("  {} {}.{}%type;\n"_sql, variable(*side, i), mapping.table, Ident{side->columns[i].stored});
  for (std::size_t i = 0; i < mapping.values.size(); ++i) text += build("  segue_unseen_{} boolean;\n"_sql, i + 1);
  return text + "  old_written boolean; new_written boolean; unmigrated boolean; moved boolean;\n"_sql;
}

// Condition on an INSERT: somebody named this column. A constant default does not say so.
Sql written_by_insert(const Direction& side) {
  std::vector<Sql> parts;
  for (const auto& column : side.columns)
    parts.push_back(build("new.{} is not null{}"_sql, Ident{column.stored},
                          column.default_constant.empty() ? Sql() : build(" and new.{} is distinct from {}"_sql, Ident{column.stored}, Sql::from_journal(column.default_constant))));
  return any_of(parts);
}

// Condition on an UPDATE: the row is as it was when the columns were added.
Sql never_written(const Direction& side) {
  std::vector<Sql> parts;
  for (const auto& column : side.columns)
    parts.push_back(column.default_constant.empty() ? build("old.{} is null"_sql, Ident{column.stored})
                                                    : build("old.{} is not distinct from {}"_sql, Ident{column.stored}, Sql::from_journal(column.default_constant)));
  return sql::join(parts, " and "_sql);
}

Sql what_was_written(const Resolved& mapping) {
  return build("  if tg_op = 'INSERT' then\n    old_written := {};\n    new_written := {};\n    unmigrated := not new_written;\n    moved := false;\n"
               "  else\n    old_written := {};\n    new_written := {};\n    unmigrated := {};\n    moved := {};\n  end if;\n"_sql,
               written_by_insert(mapping.to_old), written_by_insert(mapping.to_new),
               changed(mapping.to_old), changed(mapping.to_new), never_written(mapping.to_new), key_changed(mapping));
}

// What waits in the repair queue for a row goes with it. A row that does not wait there is as right under its new key as it was.
Sql take_queue_along(const Resolved& mapping) {
  return build("  if moved then\n"
               "    update segue.repairs q set key = {} where q.plan = {} and q.mapping = {} and q.key = {} and q.\"resolvedAt\" is null;\n"
               "    moved := not found;\n  end if;\n"_sql,
               key_array(mapping, "new"), Literal{mapping.plan}, Literal{mapping.name}, key_array(mapping, "old"));
}

// Condition: one of the columns that `derived` is computed from has another value than before.
Sql source_changed(const Resolved& mapping, const Direction& side, const Derived& derived) {
  const auto& source = side.row == "old" ? mapping.to_old : mapping.to_new;
  std::vector<Sql> parts;
  for (const auto& name : derived.depends_on) {
    Sql before = build("old.{}"_sql, Ident{name});
    for (std::size_t i = 0; side.row == "new" && i < source.columns.size(); ++i)
      if (source.columns[i].stored == name)
        before = build("(case when unmigrated then {} else {} end)"_sql, variable(source, i), before);
    parts.push_back(build("new.{} is distinct from {}"_sql, Ident{name}, before));
  }
  return any_of(parts);
}

// A new-style write to a row that has no new side yet: what it wrote stands against a provisional meaning, so the old side follows.
Sql forget_provisional(const Resolved& mapping) {
  const auto& side = mapping.to_new;
  const auto spoken = speak(mapping, side, "new");
  Sql text;
  for (std::size_t i = 0; i < side.columns.size(); ++i)
    for (const auto unseen : unseen_in(side, side.columns[i], spoken))
      text += build("    if segue_unseen_{} and not old_written and new.{} is not null then {} := null; end if;\n"_sql, unseen + 1,
                    Ident{side.columns[i].stored}, variable(side, i));
  return text;
}

// Condition: the column is not what it is computed to be. While nobody has read its text it keeps what it has.
Sql is_wrong(const Resolved& mapping, std::size_t i, const Spoken& spoken) {
  const auto& column = mapping.to_new.columns[i];
  auto text = build("(new.{} is distinct from {}"_sql, Ident{column.stored}, variable(mapping.to_new, i));
  for (const auto unseen : unseen_in(mapping.to_new, column, spoken)) text += build(" and not (segue_unseen_{} and new.{} is not null)"_sql, unseen + 1, Ident{column.stored});
  return text + ")"_sql;
}

// A row that gets another key may go where the backfill has already been: it is filled as the backfill would have done it.
Sql fill_moved(const Resolved& mapping) {
  const auto& columns = mapping.to_new.columns;
  const auto spoken = speak(mapping, mapping.to_new, "new");
  Sql snapshots, others;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Ident name{columns[i].stored};
    if (!columns[i].snapshot) {
      others += build("    if {} then new.{} := {}; end if;\n"_sql, is_wrong(mapping, i, spoken), name, variable(mapping.to_new, i));
      continue;
    }
    std::vector<Sql> reasons{build("new.{} is null"_sql, name)};
    for (const auto k : taken_with(mapping.to_new, i)) reasons.push_back(is_wrong(mapping, k, spoken));
    snapshots += build("    if {} then new.{} := {}; end if;\n"_sql, any_of(reasons), name, variable(mapping.to_new, i));
  }
  return "  if moved and not new_written and not unmigrated then\n"_sql + snapshots + others + "  end if;\n"_sql;
}

Sql follow_old_side(const Resolved& mapping) {
  const auto& side = mapping.to_new;
  Sql fill, recompute;
  std::vector<Sql> disagree;
  for (std::size_t i = 0; i < side.columns.size(); ++i) {
    const Ident column{side.columns[i].stored};
    const auto defaulted = side.columns[i].default_constant.empty()
        ? Sql() : build(" or (tg_op = 'INSERT' and new.{} is not distinct from {})"_sql, column, Sql::from_journal(side.columns[i].default_constant));
    fill += build("    if new.{} is null{} then new.{} := {}; end if;\n"_sql, column, defaulted, column, variable(side, i));
    recompute += build("    if {} then new.{} := {}; end if;\n"_sql, source_changed(mapping, side, side.columns[i]), column, variable(side, i));
    if (!side.columns[i].snapshot) disagree.push_back(build("new.{} is distinct from {}"_sql, column, variable(side, i)));
  }
  const auto conflict = build("    if {} then {} end if;\n"_sql, any_of(disagree),
                              record_repair(mapping, "'both'"_sql, "'both sides were written and disagree'"_sql));
  return build("  if old_written or unmigrated or moved then\n{}  end if;\n"
               "  if unmigrated then\n{}  end if;\n"
               "  if old_written and new_written then\n{}  elsif old_written and not unmigrated then\n{}  end if;\n{}"_sql,
               compute(mapping, side), forget_provisional(mapping) + fill, conflict, recompute, fill_moved(mapping));
}

// The text that the old side gets may be one the value map has never met: it is read before it is compared.
Sql note_new_texts(const Resolved& mapping) {
  Sql text;
  for (const auto& value : mapping.values) {
    const auto raw = build("new.{}::text"_sql, Ident{value.column});
    for (const auto& column : mapping.to_old.columns)
      if (!mapping.retired && column.column == value.column)
        text += build("    if {} is not null and not exists (select 1 from segue.value_map m where m.plan = {} and m.value = {} and m.raw = {}) then\n"
                      "      insert into segue.value_seen (plan, value, raw, key) values ({}, {}, {}, {}); end if;\n"_sql,
                      raw, Literal{mapping.plan}, Literal{value.name}, raw, Literal{mapping.plan}, Literal{value.name}, raw, key_array(mapping, "new"));
  }
  return text;
}

Sql follow_new_side(const Resolved& mapping) {
  const auto& side = mapping.to_old;
  Sql assign;
  for (std::size_t i = 0; i < side.columns.size(); ++i)
    assign += build("    if tg_op = 'INSERT' or {} then new.{} := {}; end if;\n"_sql,
                    source_changed(mapping, side, side.columns[i]), Ident{side.columns[i].stored}, variable(side, i));
  return build("  if new_written and not old_written then\n{}{}{}  end if;\n"_sql, compute(mapping, side), assign, note_new_texts(mapping));
}

}  // namespace

std::string function_name(const Resolved& mapping) { return named("sync", mapping.plan, mapping.name); }

// BEFORE triggers fire in the order of their names: ours last, so that it sees what the application's triggers made.
std::string trigger_name(const Resolved& mapping, std::string_view event) { return named("zz segue " + std::string(event), mapping.plan, mapping.name); }

Sql create_function(const Resolved& mapping) {
  auto body = what_was_written(mapping) + take_queue_along(mapping);
  if (!mapping.retired) body += follow_old_side(mapping);
  if (!mapping.to_old.columns.empty()) body += follow_new_side(mapping);
  return build("create or replace function segue.{}() returns trigger\n"
               "language plpgsql security definer set search_path = {}, pg_temp as {}\n"
               "#variable_conflict use_column\ndeclare\n{}begin\n{}  return new;\nend {}"_sql,
               Ident{function_name(mapping)}, Ident{mapping.schema}, dollar_quote(body), declarations(mapping), body, dollar_quote(body));
}

std::vector<Sql> create_triggers(const Resolved& mapping) {
  // A row that takes another key may move to where the backfill has been already.
  std::vector<Sql> any{changed(mapping.to_new), key_changed(mapping)};
  if (!mapping.to_old.columns.empty()) any.push_back(changed(mapping.to_old));
  const auto function = Ident{function_name(mapping)};
  return {build("create trigger {} before insert on {} for each row execute function segue.{}()"_sql,
                Ident{trigger_name(mapping, "insert")}, mapping.table, function),
          build("create trigger {} before update on {} for each row\n"
                "  when (({}) and current_setting('segue.backfill', true) is distinct from 'on') execute function segue.{}()"_sql,
                Ident{trigger_name(mapping, "update")}, mapping.table, any_of(any), function)};
}

std::vector<Sql> drop_triggers(const Resolved& mapping) {
  return {build("drop trigger if exists {} on {}"_sql, Ident{trigger_name(mapping, "insert")}, mapping.table),
          build("drop trigger if exists {} on {}"_sql, Ident{trigger_name(mapping, "update")}, mapping.table),
          build("drop function if exists segue.{}()"_sql, Ident{function_name(mapping)})};
}

}  // namespace segue::mapping
