#include <fmt/format.h>

#include <algorithm>

#include "sql/safe_form.hpp"

namespace segue::sql {
namespace {

QualifiedName commented_table(const tree::object& node) {
  const auto type = tree::text(node, "objtype");
  const auto* object = node.if_contains("object");
  if (!object || (type != "OBJECT_TABLE" && type != "OBJECT_COLUMN")) return {};
  auto parts = tree::strings(*object);
  if (type == "OBJECT_COLUMN" && !parts.empty()) parts.pop_back();
  return tree::qualified(parts);
}

bool only_new_tables(const Form& form) {
  const auto& objects = tree::list(form.node(), "objects");
  const bool tables = tree::text(form.node(), "objtype") == "OBJECT_TABLE" &&
                      tree::text(form.node(), "targtype") == "ACL_TARGET_OBJECT";
  return tables && std::all_of(objects.begin(), objects.end(), [&](const auto& object) {
    return form.is_new(tree::relation(tree::node(object).fields));
  });
}

Operation checked_domain(const Form& form, const QualifiedName& domain, const std::string& name) {
  auto made = form.operation(fmt::format("add constraint {} to domain {}", render(Ident{name}), render(domain)));
  is_undone_by(made, build("alter domain {} drop constraint {}"_sql, domain, Ident{name}));
  return made;
}

}  // namespace

// The column types are not touched by these: no table is read, some are locked for a moment.
Operations safe_alter_object(const Form& form) {
  const auto& node = form.node();
  auto made = form.operation(form.brief());
  if (form.kind() == "CommentStmt") {
    takes_lock(form, made, commented_table(node), Lock::share_update_exclusive);
    needs_no_undo(made);
  }
  if (form.kind() == "AlterPolicyStmt") takes_lock(form, made, tree::relation(tree::child(node, "table")), Lock::access_exclusive);
  if (form.kind() == "AlterObjectSchemaStmt") {
    takes_lock(form, made, tree::relation(tree::child(node, "relation")), Lock::access_exclusive);
    made.note = "code that runs now and uses the old name fails from this moment on";
  }
  return {std::move(made)};
}

Operations safe_grant(const Form& form) {
  auto made = form.operation(form.brief());
  if (only_new_tables(form)) needs_no_undo(made);
  return {std::move(made)};
}

Operations safe_alter_domain(const Form& form) {
  const auto& node = form.node();
  const auto domain = tree::qualified(tree::strings(tree::list(node, "typeName")));
  const auto subtype = tree::text(node, "subtype");
  if (subtype == "C") {
    const auto& constraint = tree::node(node, "def").fields;
    const auto name = tree::text(constraint, "conname");
    if (name.empty()) form.refuse("the constraint has no name", "write ADD CONSTRAINT <name> ...: segue finds it by name on the way back");
    form.created().checked_domains.push_back(domain);
    auto added = checked_domain(form, domain, name);
    if (tree::flag(constraint, "skip_validation")) return {std::move(added)};
    added.sql += Sql::from_plan(" " + spelled_like(form.word(0), "not valid"));
    added.note = "added NOT VALID and validated apart, so that no table is read under a strong lock";
    auto validated = form.operation(fmt::format("validate constraint {} of domain {}", render(Ident{name}), render(domain)),
                                    build("alter domain {} validate constraint {}"_sql, domain, Ident{name}));
    needs_no_undo(validated);
    validated.note = added.note;
    return {std::move(added), std::move(validated)};
  }
  auto made = form.operation(form.brief());
  if (subtype == "V") needs_no_undo(made);
  if (subtype == "O") {
    made.scans = true;
    made.note = "reads every table that has a column of this domain, under a lock that stops writers";
    is_undone_by(made, build("alter domain {} drop not null"_sql, domain));
  }
  return {std::move(made)};
}

// What segue cannot look into: the caller is told so, and the way back is the author's.
Operations safe_opaque(const Form& form) {
  const bool block = form.kind() == "DoStmt";
  auto made = form.operation(block ? "do block" : form.brief());
  made.note = "not analysed: segue does not know what it locks, reads or writes";
  made.writes_rows = form.kind() != "DefineStmt";
  return {std::move(made)};
}

}  // namespace segue::sql
