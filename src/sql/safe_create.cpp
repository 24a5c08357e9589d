#include <fmt/format.h>

#include <map>

#include "sql/safe_form.hpp"

namespace segue::sql {
namespace {

void refuse_temporary(const Form& form, const tree::object& relation) {
  if (tree::text(relation, "relpersistence") == "t")
    form.refuse("a plan may not make a temporary object", "it ends with the session; make an ordinary one");
}

Operation made_table(const Form& form, const tree::object& relation) {
  refuse_temporary(form, relation);
  const auto table = tree::relation(relation);
  auto made = form.operation("create table " + render(table));
  made.tables.push_back(table);
  is_undone_by(made, build("drop table {}"_sql, table));
  return made;
}

// CREATE <object>: where its name stands in the tree, and what takes it back.
struct Kind { std::string_view field, words; Sql drop; };

const std::map<std::string_view, Kind>& kinds() {
  static const std::map<std::string_view, Kind> table = {
      {"CreateEnumStmt", {"typeName", "type", "drop type {}"_sql}},
      {"CompositeTypeStmt", {"typevar", "type", "drop type {}"_sql}},
      {"CreateRangeStmt", {"typeName", "type", "drop type {}"_sql}},
      {"CreateDomainStmt", {"domainname", "domain", "drop domain {}"_sql}},
      {"CreateSeqStmt", {"sequence", "sequence", "drop sequence {}"_sql}},
      {"ViewStmt", {"view", "view", "drop view {}"_sql}},
      {"CreateSchemaStmt", {"schemaname", "schema", "drop schema {}"_sql}},
      {"CreateExtensionStmt", {"extname", "extension", "drop extension {}"_sql}},
  };
  return table;
}

// A list of strings, a relation or one string, as the kind of statement has it.
QualifiedName name_in(const tree::object& node, std::string_view field) {
  if (const auto& names = tree::list(node, field); !names.empty()) return tree::qualified(tree::strings(names));
  if (const auto& relation = tree::child(node, field); !relation.empty()) return tree::relation(relation);
  return {"", tree::text(node, field)};
}

void remember_type(const Form& form, const QualifiedName& name) {
  const auto words = kinds().at(form.kind()).words;
  if (words != "type" && words != "domain") return;
  form.created().types.push_back(name);
  if (!tree::list(form.node(), "constraints").empty()) form.created().checked_domains.push_back(name);
}

}  // namespace

Operations safe_create_table(const Form& form) {
  const auto& node = form.node();
  const auto& relation = tree::child(node, "relation");
  const auto table = tree::relation(relation);
  auto made = made_table(form, relation);
  const bool partition = node.contains("partbound");
  for (const auto& parent : tree::list(node, "inhRelations"))
    takes_lock(form, made, tree::relation(tree::node(parent).fields),
               partition ? Lock::access_exclusive : Lock::share_update_exclusive);
  if (made.lock == Lock::access_exclusive)
    made.note = "nobody reads the parent for the moment; CREATE TABLE and then ATTACH PARTITION is gentler";
  tree::visit(form.root(), [&](const tree::Node& found) {
    if (found.kind != "Constraint" || tree::text(found.fields, "contype") != "CONSTR_FOREIGN") return;
    const auto referenced = tree::relation(tree::child(found.fields, "pktable"));
    if (referenced != table) takes_lock(form, made, referenced, Lock::share_row_exclusive);
  });
  form.created().tables.push_back(table);
  return {std::move(made)};
}

Operations safe_create_table_as(const Form& form) {
  const auto& relation = tree::child(tree::child(form.node(), "into"), "rel");
  auto made = made_table(form, relation);
  const auto table = tree::relation(relation);
  if (tree::text(form.node(), "objtype") == "OBJECT_MATVIEW") {
    made.describes = "create materialized view " + render(table);
    is_undone_by(made, build("drop materialized view {}"_sql, table));
  }
  form.created().tables.push_back(table);
  return {std::move(made)};
}

Operations safe_create_object(const Form& form) {
  const auto& node = form.node();
  const auto& kind = kinds().at(form.kind());
  const auto name = name_in(node, kind.field);
  if (name.name.empty()) form.refuse(fmt::format("the {} has no name", kind.words));
  refuse_temporary(form, tree::child(node, kind.field));
  if (!tree::list(node, "schemaElts").empty())
    form.refuse("CREATE SCHEMA may not hold other statements", "write each as a statement of its own");
  auto made = form.operation(fmt::format("create {} {}", kind.words, render(name)));
  if (tree::flag(node, "replace")) {
    takes_lock(form, made, name, Lock::access_exclusive);
    return {std::move(made)};
  }
  is_undone_by(made, build(kind.drop, name));
  remember_type(form, name);
  return {std::move(made)};
}

Operations safe_create_on_table(const Form& form) {
  const auto& node = form.node();
  auto made = form.operation(form.brief());
  if (form.kind() == "CreateStatsStmt") {
    for (const auto& relation : tree::list(node, "relations"))
      takes_lock(form, made, tree::relation(tree::node(relation).fields), Lock::share_update_exclusive);
    const auto name = tree::qualified(tree::strings(tree::list(node, "defnames")));
    if (name.name.empty()) form.refuse("the statistics have no name", "write CREATE STATISTICS <name> ...");
    is_undone_by(made, build("drop statistics {}"_sql, name));
    return {std::move(made)};
  }
  const bool trigger = form.kind() == "CreateTrigStmt", policy = form.kind() == "CreatePolicyStmt";
  const auto table = tree::relation(tree::child(node, policy ? "table" : "relation"));
  const Ident name{tree::text(node, trigger ? "trigname" : policy ? "policy_name" : "rulename")};
  takes_lock(form, made, table, trigger ? Lock::share_row_exclusive : Lock::access_exclusive);
  if (tree::flag(node, "replace")) return {std::move(made)};
  const auto drop = trigger ? "drop trigger {} on {}"_sql : policy ? "drop policy {} on {}"_sql : "drop rule {} on {}"_sql;
  is_undone_by(made, build(drop, name, table));
  return {std::move(made)};
}

}  // namespace segue::sql
