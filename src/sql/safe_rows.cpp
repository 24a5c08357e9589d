#include <fmt/format.h>

#include "sql/safe_form.hpp"

namespace segue::sql {
namespace {

bool writes(std::string_view kind) {
  return kind == "InsertStmt" || kind == "UpdateStmt" || kind == "DeleteStmt" || kind == "MergeStmt";
}

// A WHERE that looks at no column (1 = 1) chooses every row.
bool chooses_rows(const tree::object& statement) {
  const auto* where = statement.if_contains("whereClause");
  return where && tree::any(*where, [](const tree::Node& found) { return found.kind == "ColumnRef"; });
}

void check_target(const Form& form, Operation& made, const tree::Node& found) {
  const auto table = tree::relation(tree::child(found.fields, "relation"));
  takes_lock(form, made, table, Lock::row_exclusive);
  if (form.is_new(table)) return;
  made.undo_kind = Operation::Undo::must_be_written;
  const bool deletes = found.kind == "DeleteStmt";
  if ((deletes || found.kind == "UpdateStmt") && !chooses_rows(found.fields))
    form.refuse(fmt::format("{} of {} without a WHERE that chooses rows", deletes ? "a DELETE" : "an UPDATE", render(table)),
                deletes ? "use a `retire` step and then a `drop` step"
                        : "describe it as a mapping and run a `backfill` step: that goes in small batches and can go back");
}

std::string verb(std::string_view kind) {
  if (kind == "InsertStmt") return "insert into";
  if (kind == "UpdateStmt") return "update";
  return kind == "DeleteStmt" ? "delete from" : "merge into";
}

}  // namespace

// The statement and whatever its WITH clauses write.
Operations safe_rows(const Form& form) {
  const auto table = tree::relation(tree::child(form.node(), "relation"));
  auto made = form.operation(verb(form.kind()) + " " + render(table));
  made.writes_rows = true;
  needs_no_undo(made);
  tree::visit(form.root(), [&](const tree::Node& found) {
    if (writes(found.kind)) check_target(form, made, found);
  });
  return {std::move(made)};
}

Operations safe_truncate(const Form& form) {
  auto made = form.operation(form.brief());
  for (const auto& relation : tree::list(form.node(), "relations")) {
    const auto table = tree::relation(tree::node(relation).fields);
    if (!form.is_new(table))
      form.refuse(fmt::format("TRUNCATE of {}, which stood before the plan", render(table)),
                  "use a `retire` step and then a `drop` step: they keep the rows and the way back");
    takes_lock(form, made, table, Lock::access_exclusive);
  }
  made.writes_rows = true;
  needs_no_undo(made);
  return {std::move(made)};
}

Operations safe_copy(const Form& form) {
  const auto& node = form.node();
  if (!tree::flag(node, "is_from")) form.refuse("a plan may not copy rows out", "leave it out");
  if (tree::text(node, "filename").empty())
    form.refuse("COPY FROM STDIN has no rows here", "write the rows as INSERT ... VALUES");
  const auto table = tree::relation(tree::child(node, "relation"));
  auto made = form.operation("copy into " + render(table));
  takes_lock(form, made, table, Lock::row_exclusive);
  made.writes_rows = true;
  if (form.is_new(table)) needs_no_undo(made);
  return {std::move(made)};
}

Operations safe_vacuum(const Form& form) {
  if (tree::flag(form.node(), "is_vacuumcmd"))
    form.refuse("VACUUM has no place in a plan",
                "leave it to autovacuum, or to a maintenance window for VACUUM FULL; ANALYZE is allowed");
  auto made = form.operation(form.brief());
  made.lock = Lock::share_update_exclusive;
  const auto& relations = tree::list(form.node(), "rels");
  if (!relations.empty()) made.lock = Lock::none;
  for (const auto& relation : relations)
    takes_lock(form, made, tree::relation(tree::child(tree::node(relation).fields, "relation")), Lock::share_update_exclusive);
  needs_no_undo(made);
  return {std::move(made)};
}

Operations safe_refresh(const Form& form) {
  const auto view = tree::relation(tree::child(form.node(), "relation"));
  const bool concurrent = tree::flag(form.node(), "concurrent");
  auto made = form.operation("refresh materialized view " + render(view));
  takes_lock(form, made, view, concurrent ? Lock::exclusive : Lock::access_exclusive);
  made.rewrites = !concurrent && made.lock != Lock::none;
  if (made.rewrites) made.note = "nobody reads the view meanwhile; CONCURRENTLY lets them, where the view has a unique index";
  needs_no_undo(made);
  return {std::move(made)};
}

}  // namespace segue::sql
