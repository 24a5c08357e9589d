#include <fmt/format.h>

#include <map>

#include "sql/safe_alter.hpp"

namespace segue::sql {
namespace {

struct Facts {
  std::string_view words;
  Lock lock = Lock::access_exclusive;
  bool rewrites = false;
  bool takes_away = false;                                       // a second run would fail: the undo is needed even on a new table
};

// Locks as observed on PostgreSQL 13 to 18.
const std::map<std::string_view, Facts>& plain_commands() {
  constexpr auto sue = Lock::share_update_exclusive;
  constexpr auto sre = Lock::share_row_exclusive;
  constexpr auto ae = Lock::access_exclusive;
  static const std::map<std::string_view, Facts> table = {
      {"AT_ColumnDefault", {"set default"}},
      {"AT_DropNotNull", {"drop not null"}},
      {"AT_DropExpression", {"drop expression", ae, false, true}},
      {"AT_SetStatistics", {"set statistics", sue}},
      {"AT_SetOptions", {"set options", sue}},
      {"AT_ResetOptions", {"reset options", sue}},
      {"AT_SetStorage", {"set storage"}},
      {"AT_SetCompression", {"set compression"}},
      {"AT_AlterConstraint", {"alter constraint"}},
      {"AT_DropConstraint", {"drop constraint", ae, false, true}},
      {"AT_SetIdentity", {"set identity"}},
      {"AT_DropIdentity", {"drop identity", ae, false, true}},
      {"AT_ChangeOwner", {"change owner"}},
      {"AT_ClusterOn", {"cluster on", sue}},
      {"AT_DropCluster", {"set without cluster", sue}},
      {"AT_SetLogged", {"set logged", ae, true}},
      {"AT_SetUnLogged", {"set unlogged", ae, true}},
      {"AT_SetAccessMethod", {"set access method", ae, true}},
      {"AT_SetTableSpace", {"set tablespace", ae, true}},
      {"AT_SetRelOptions", {"set storage parameters", sue}},
      {"AT_ResetRelOptions", {"reset storage parameters", sue}},
      {"AT_EnableTrig", {"enable trigger", sre}},
      {"AT_EnableAlwaysTrig", {"enable trigger", sre}},
      {"AT_EnableReplicaTrig", {"enable trigger", sre}},
      {"AT_DisableTrig", {"disable trigger", sre}},
      {"AT_EnableTrigAll", {"enable triggers", sre}},
      {"AT_DisableTrigAll", {"disable triggers", sre}},
      {"AT_EnableTrigUser", {"enable triggers", sre}},
      {"AT_DisableTrigUser", {"disable triggers", sre}},
      {"AT_ReplicaIdentity", {"replica identity"}},
      {"AT_EnableRowSecurity", {"enable row level security"}},
      {"AT_DisableRowSecurity", {"disable row level security"}},
      {"AT_ForceRowSecurity", {"force row level security"}},
      {"AT_NoForceRowSecurity", {"no force row level security"}},
      {"AT_AddInherit", {"inherit", ae, false, true}},
      {"AT_DropInherit", {"no inherit", ae, false, true}},
  };
  return table;
}

Operation plain_command(const Alter& alter, const tree::object& command) {
  const auto type = tree::text(command, "subtype");
  const auto found = plain_commands().find(type);
  if (found == plain_commands().end())
    alter.form.refuse(fmt::format("this form of ALTER TABLE ({}) is not supported in a plan", type),
                      "run it apart from the plan, or inside a DO block, which segue does not analyse");
  const auto& facts = found->second;
  auto made = alter.command(facts.words, tree::text(command, "name"));
  takes_lock(alter.form, made, alter.table, facts.lock);
  made.rewrites = facts.rewrites && made.lock != Lock::none;
  if (alter.is_new() && !facts.takes_away) needs_no_undo(made);
  if (type.starts_with("AT_DisableTrig")) made.note = "foreign keys and segue's own triggers may stop working with it";
  if (type == "AT_DropConstraint") made.note = "where it is a foreign key, the other table is locked for the moment too";
  return made;
}

Operation add_identity(const Alter& alter, const std::string& column) {
  auto made = alter.command("add identity", column);
  takes_lock(alter.form, made, alter.table, Lock::access_exclusive);
  is_undone_by(made, build("alter table {} alter column {} drop identity"_sql, alter.table, Ident{column}));
  return made;
}

Operation change_type(const Alter& alter, const std::string& column) {
  auto made = alter.command("change type", column);
  takes_lock(alter.form, made, alter.table, Lock::access_exclusive);
  made.rewrites = !alter.is_new();
  if (alter.is_new()) needs_no_undo(made);
  else made.note = "taken to rewrite the table: only the catalog knows the type it has now, and whether this widens it for free";
  return made;
}

Operation partition(const Alter& alter, const tree::object& command) {
  const auto& detail = tree::node(command, "def").fields;
  const auto child = tree::relation(tree::child(detail, "name"));
  const bool attach = tree::text(command, "subtype") == "AT_AttachPartition";
  if (tree::flag(detail, "concurrent"))
    alter.form.refuse("DETACH PARTITION CONCURRENTLY is not supported in a plan",
                      "write DETACH PARTITION: segue takes the lock under a short timeout");
  auto made = alter.command(attach ? "attach partition" : "detach partition", "");
  takes_lock(alter.form, made, alter.table, attach ? Lock::share_update_exclusive : Lock::access_exclusive);
  takes_lock(alter.form, made, child, Lock::access_exclusive);
  made.scans = attach && !alter.form.is_new(child);
  if (made.scans) made.note = "reads the partition unless a valid CHECK already implies its bounds";
  if (attach) is_undone_by(made, build("alter table {} detach partition {}"_sql, alter.table, child));
  return made;
}

void append(Operations& all, Operations more) {
  for (auto& one : more) all.push_back(std::move(one));
}

Operations subcommand(const Alter& alter, const tree::object& command) {
  const auto type = tree::text(command, "subtype");
  const auto column = tree::text(command, "name");
  if (type == "AT_AddColumn") return {add_column(alter, tree::node(command, "def").fields)};
  if (type == "AT_AddConstraint") return add_constraint(alter, tree::node(command, "def").fields);
  if (type == "AT_ValidateConstraint") return {validate_constraint(alter, column)};
  if (type == "AT_SetNotNull") return set_not_null(alter, column);
  if (type == "AT_AddIdentity") return {add_identity(alter, column)};
  if (type == "AT_AlterColumnType") return {change_type(alter, column)};
  if (type == "AT_AttachPartition" || type == "AT_DetachPartition") return {partition(alter, command)};
  if (type == "AT_DropColumn")
    alter.form.refuse("a plan may not drop a column in an SQL step",
                      "use a `retire` step and then a `drop` step: they keep the values and the way back");
  return {plain_command(alter, command)};
}

// Behind ALTER TABLE [ONLY] name [*].
std::size_t end_of_name(const Form& form) {
  std::size_t at = form.is(2, "only") ? 3 : 2;
  const bool parenthesised = form.word(at) == "(";
  if (parenthesised) ++at;
  for (++at; form.word(at) == "."; at += 2) {
  }
  if (parenthesised) ++at;
  return form.word(at) == "*" ? at + 1 : at;
}

// First and one past the last token of each subcommand.
std::vector<std::pair<std::size_t, std::size_t>> subcommand_ranges(const Form& form, std::size_t first) {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  int depth = 0;
  for (std::size_t at = first, begin = first; at <= form.tokens().size(); ++at) {
    const auto word = form.word(at);
    if (word == "(" || word == "[") ++depth;
    if (word == ")" || word == "]") --depth;
    if (at < form.tokens().size() && (depth > 0 || word != ",")) continue;
    ranges.emplace_back(begin, at);
    begin = at + 1;
  }
  return ranges;
}

// Views, sequences, indexes and composite types: as written, since nothing of theirs is read or rewritten.
Operation other_relation(const Form& form, const std::string& type) {
  auto made = form.operation(form.brief());
  const bool lockable = type == "OBJECT_VIEW" || type == "OBJECT_MATVIEW" || type == "OBJECT_FOREIGN_TABLE";
  if (lockable) takes_lock(form, made, tree::relation(tree::child(form.node(), "relation")), Lock::access_exclusive);
  return made;
}

}  // namespace

Operation Alter::command(std::string_view words, const std::string& column) const {
  const auto target = column.empty() ? render(table) : render(table) + "." + render(Ident{column});
  return form.operation(fmt::format("{} of {}", words, target), Sql::from_plan(head + " " + text));
}

Operations safe_alter_table(const Form& form) {
  const auto type = tree::text(form.node(), "objtype");
  if (type != "OBJECT_TABLE") return {other_relation(form, type)};
  const auto& commands = tree::list(form.node(), "cmds");
  const auto name_end = end_of_name(form);
  const auto ranges = subcommand_ranges(form, name_end);
  if (ranges.size() != commands.size()) form.refuse("the parts of this ALTER TABLE are not understood",
                                                      "write one ALTER TABLE for each part");
  Operations operations;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto [first, end] = ranges[i];
    const Alter alter{form, tree::relation(tree::child(form.node(), "relation")), form.source(0, name_end),
                      form.source(first, end), first, end};
    append(operations, subcommand(alter, tree::node(commands[i]).fields));
  }
  return operations;
}

}  // namespace segue::sql
