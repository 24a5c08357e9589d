#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sql/safe_form.hpp"

namespace segue::sql {
namespace {

constexpr const char* breaks_running_code = "code that runs now and uses the old name fails from this moment on";

struct Rename {
  const tree::object& node;
  std::string type, from, to;
  QualifiedName table;                                           // of a column, constraint, trigger or policy
};

// The object renamed as a whole: its name before, and after.
std::pair<QualifiedName, QualifiedName> whole(const Rename& rename) {
  auto before = rename.table;
  if (before.name.empty() && rename.node.contains("object"))
    before = tree::qualified(tree::strings(*rename.node.if_contains("object")));
  if (before.name.empty()) before = {"", rename.from};
  return {before, {before.schema, rename.to}};
}

Sql rename_part_back(const Rename& rename) {
  static const std::map<std::string_view, Sql> patterns = {
      {"OBJECT_TABCONSTRAINT", "alter table {} rename constraint {} to {}"_sql},
      {"OBJECT_ATTRIBUTE", "alter type {} rename attribute {} to {}"_sql},
  };
  const auto relation = tree::text(rename.node, "relationType");
  auto pattern = "alter table {} rename column {} to {}"_sql;
  if (relation == "OBJECT_VIEW") pattern = "alter view {} rename column {} to {}"_sql;
  if (relation == "OBJECT_MATVIEW") pattern = "alter materialized view {} rename column {} to {}"_sql;
  if (const auto found = patterns.find(rename.type); found != patterns.end()) pattern = found->second;
  return build(pattern, rename.table, Ident{rename.to}, Ident{rename.from});
}

Sql rename_back(const Rename& rename) {
  static const std::map<std::string_view, Sql> objects = {
      {"OBJECT_TABLE", "alter table {} rename to {}"_sql},       {"OBJECT_VIEW", "alter view {} rename to {}"_sql},
      {"OBJECT_MATVIEW", "alter materialized view {} rename to {}"_sql},
      {"OBJECT_INDEX", "alter index {} rename to {}"_sql},       {"OBJECT_SEQUENCE", "alter sequence {} rename to {}"_sql},
      {"OBJECT_TYPE", "alter type {} rename to {}"_sql},         {"OBJECT_DOMAIN", "alter domain {} rename to {}"_sql},
      {"OBJECT_SCHEMA", "alter schema {} rename to {}"_sql},
  };
  if (rename.type == "OBJECT_TRIGGER")
    return build("alter trigger {} on {} rename to {}"_sql, Ident{rename.to}, rename.table, Ident{rename.from});
  if (rename.type == "OBJECT_POLICY")
    return build("alter policy {} on {} rename to {}"_sql, Ident{rename.to}, rename.table, Ident{rename.from});
  if (const auto found = objects.find(rename.type); found != objects.end()) {
    const auto [before, after] = whole(rename);
    return build(found->second, after, Ident{before.name});
  }
  const bool part = rename.type == "OBJECT_COLUMN" || rename.type == "OBJECT_TABCONSTRAINT" || rename.type == "OBJECT_ATTRIBUTE";
  return part ? rename_part_back(rename) : Sql{};
}

bool locks_table(const std::string& type) { return type != "OBJECT_INDEX" && type != "OBJECT_SEQUENCE" && type != "OBJECT_ATTRIBUTE"; }

void follow_the_name(std::vector<QualifiedName>& names, const QualifiedName& before, const QualifiedName& after) {
  std::replace(names.begin(), names.end(), before, after);
}

}  // namespace

Operations safe_rename(const Form& form) {
  const auto& node = form.node();
  const Rename rename{node, tree::text(node, "renameType"), tree::text(node, "subname"), tree::text(node, "newname"),
                      tree::relation(tree::child(node, "relation"))};
  auto made = form.operation(form.brief());
  if (locks_table(rename.type)) takes_lock(form, made, rename.table, Lock::access_exclusive);
  if (auto undo = rename_back(rename); !undo.empty()) is_undone_by(made, std::move(undo));
  const bool unseen = rename.type == "OBJECT_INDEX" || rename.type == "OBJECT_TABCONSTRAINT" ||
                      rename.type == "OBJECT_TRIGGER" || rename.type == "OBJECT_POLICY";
  if (!unseen && !form.is_new(rename.table)) made.note = breaks_running_code;
  const auto [before, after] = whole(rename);
  auto& created = form.created();
  if (rename.type == "OBJECT_TABLE" || rename.type == "OBJECT_MATVIEW") follow_the_name(created.tables, before, after);
  if (rename.type == "OBJECT_INDEX") follow_the_name(created.indexes, before, after);
  if (rename.type == "OBJECT_TYPE" || rename.type == "OBJECT_DOMAIN") {
    follow_the_name(created.types, before, after);
    follow_the_name(created.checked_domains, before, after);
  }
  return {std::move(made)};
}

Operations safe_alter_enum(const Form& form) {
  const auto& node = form.node();
  const auto type = tree::qualified(tree::strings(tree::list(node, "typeName")));
  const auto before = tree::text(node, "oldVal"), after = tree::text(node, "newVal");
  if (before.empty()) {
    auto made = form.operation(fmt::format("add a value to type {}", render(type)));
    made.undo_kind = Operation::Undo::impossible;
    made.note = "PostgreSQL cannot take a value out of an enum again";
    return {std::move(made)};
  }
  auto made = form.operation(fmt::format("rename a value of type {}", render(type)));
  made.note = breaks_running_code;
  is_undone_by(made, build("alter type {} rename value {} to {}"_sql, type, Literal{after}, Literal{before}));
  return {std::move(made)};
}

}  // namespace segue::sql
