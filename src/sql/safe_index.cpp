#include <fmt/format.h>

#include "sql/safe_form.hpp"

namespace segue::sql {
namespace {

constexpr const char* note_concurrently = "built CONCURRENTLY: writers go on; an invalid index of a failed build is dropped first";

std::vector<std::string> columns_of_index(const tree::object& node) {
  std::vector<std::string> columns;
  for (const auto* list : {"indexParams", "indexIncludingParams"})
    for (const auto& element : tree::list(node, list)) columns.push_back(tree::text(tree::node(element).fields, "name"));
  return columns;
}

// Plain where nobody uses the table yet, and for ONLY: a partitioned parent knows no CONCURRENTLY.
Operation plain_index(const Form& form, const QualifiedName& table, const QualifiedName& index, std::string describes) {
  auto made = form.operation(std::move(describes));
  takes_lock(form, made, table, Lock::share);
  made.scans = made.lock != Lock::none;
  if (made.scans) made.note = "ON ONLY is for a partitioned table, where it is instant; any other table is read under the lock";
  // IF EXISTS: a constraint that took the index over takes it away first.
  is_undone_by(made, build("drop index if exists {}"_sql, index));
  return made;
}

// CREATE INDEX name ON ONLY table ..., in a transaction: on a partitioned table it is instant.
Sql on_only(const Form& form, std::size_t keyword, bool concurrent) {
  const auto begin = keyword + (concurrent ? 1 : 0);
  auto on = begin;
  while (!form.is(on, "on")) ++on;
  const auto behind = on + (form.is(on + 1, "only") ? 2 : 1);
  return Sql::from_plan(form.source(0, keyword) + " " + form.source(begin, on + 1) + " only " + form.source(behind, form.tokens().size()));
}

// The objects of DROP INDEX a, b as they are written.
std::vector<std::string> listed_objects(const Form& form, std::size_t first, std::size_t count) {
  std::vector<std::string> objects;
  for (std::size_t at = first, begin = first; objects.size() < count; ++at) {
    const bool last = objects.size() + 1 == count;
    const bool ends = at >= form.tokens().size() || form.word(at) == "," || (last && form.is(at, "restrict"));
    if (!ends) continue;
    objects.push_back(form.source(begin, at));
    begin = at + 1;
    if (at >= form.tokens().size()) break;
  }
  return objects;
}

Operations drop_indexes(const Form& form) {
  const auto& dropped = tree::list(form.node(), "objects");
  const bool concurrent = tree::flag(form.node(), "concurrent");
  const std::size_t first = concurrent ? 3 : 2;
  const auto written = listed_objects(form, first, dropped.size());
  if (written.size() != dropped.size()) form.refuse("the list of indexes is not understood");
  const auto head = form.source(0, 2) + " " + spelled_like(form.word(1), "concurrently") + " ";
  Operations operations;
  for (std::size_t i = 0; i < dropped.size(); ++i) {
    const auto index = tree::qualified(tree::strings(dropped[i]));
    auto made = form.operation(fmt::format("drop index {}", render(index)), Sql::from_plan(head + written[i]));
    made.lock = Lock::share_update_exclusive;
    made.in_transaction = false;
    made.index.push_back({{index.schema, ""}, index.name, true});
    if (!concurrent) made.note = "dropped CONCURRENTLY: nobody waits behind it";
    operations.push_back(std::move(made));
  }
  return operations;
}

// The last name of a dropped trigger, policy or rule is its own, what stands before it is the table's.
QualifiedName table_of_dropped(const boost::json::value& object) {
  auto parts = tree::strings(object);
  if (parts.size() < 2) return {};
  parts.pop_back();
  return tree::qualified(parts);
}

}  // namespace

Operations safe_create_index(const Form& form) {
  const auto& node = form.node();
  const auto table = tree::relation(tree::child(node, "relation"));
  const auto name = tree::text(node, "idxname");
  if (name.empty())
    form.refuse("the index has no name",
                "write CREATE INDEX <name> ON ...: "
                "segue looks for it by name after a crash, and drops it on the way back");
  const QualifiedName index{table.schema, name};
  const auto describes = fmt::format("create {}index {} on {}", tree::flag(node, "unique") ? "unique " : "",
                                     render(Ident{name}), render(table));
  form.created().indexes.push_back(index);
  const bool concurrent = tree::flag(node, "concurrent");
  const bool only = !tree::flag(tree::child(node, "relation"), "inh");
  if (!concurrent && (form.is_new(table) || only)) return {plain_index(form, table, index, describes)};

  const std::size_t keyword = tree::flag(node, "unique") ? 2 : 1;
  auto made = concurrent ? form.operation(describes) : form.operation(describes, form.with_keyword(keyword, "concurrently"));
  takes_lock(form, made, table, Lock::share_update_exclusive);
  made.in_transaction = false;
  made.index.push_back({table, name, false, columns_of_index(node), on_only(form, keyword + 1, concurrent)});
  if (!concurrent) made.note = note_concurrently;
  is_undone_by(made, build("drop index concurrently if exists {}"_sql, index));
  return {std::move(made)};
}

Operations safe_drop(const Form& form) {
  const auto type = tree::text(form.node(), "removeType");
  if (type == "OBJECT_INDEX") return drop_indexes(form);
  if (type == "OBJECT_TABLE" || type == "OBJECT_FOREIGN_TABLE")
    form.refuse("a plan may not drop a table in an SQL step",
                "use a `retire` step and then a `drop` step: they keep the rows and the way back");
  auto made = form.operation(form.brief());
  const bool on_table = type == "OBJECT_TRIGGER" || type == "OBJECT_POLICY" || type == "OBJECT_RULE";
  const bool relation = type == "OBJECT_VIEW" || type == "OBJECT_MATVIEW";
  for (const auto& object : tree::list(form.node(), "objects")) {
    if (on_table) takes_lock(form, made, table_of_dropped(object), Lock::access_exclusive);
    if (relation) takes_lock(form, made, tree::qualified(tree::strings(object)), Lock::access_exclusive);
  }
  return {std::move(made)};
}

}  // namespace segue::sql
