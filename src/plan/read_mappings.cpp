#include <algorithm>

#include "plan/nearest.hpp"
#include "plan/readers.hpp"
#include "sql/statement.hpp"

namespace segue::plan {
namespace {

std::vector<std::string> columns_in(const ColumnExpressions& expressions) {
  std::vector<std::string> columns;
  for (const auto& [column, expression] : expressions) columns.push_back(column);
  return columns;
}

void refuse_other_column(const Node& node, const std::vector<std::string>& columns) {
  if (std::find(columns.begin(), columns.end(), node.text) == columns.end())
    fail(node.where, "expected a column of set, got " + quoted(node.text) + did_you_mean(node.text, columns));
}

ColumnExpressions expressions_of(const Node& node) {
  mapping_of(node, "a mapping of columns to SQL expressions");
  if (node.keys.empty()) fail(node.where, "expected a mapping of columns to SQL expressions, got an empty mapping");
  ColumnExpressions expressions;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    expressions.emplace_back(column_of(node.keys[i]), text_of(node.items[i], "a SQL expression"));
    sql::check_expression(node.items[i].where.text(), node.items[i].text);
  }
  return expressions;
}

std::string condition_of(const Node& node) {
  sql::check_expression(node.where.text(), text_of(node, "a SQL condition"));
  return node.text;
}

Side::OnDelete on_delete_of(const Node& node) {
  const auto text = text_of(node, "cascade, detach or forbid");
  if (text == "cascade") return Side::OnDelete::cascade;
  if (text == "detach") return Side::OnDelete::detach;
  if (text != "forbid") fail_expected(node, "cascade, detach or forbid");
  return Side::OnDelete::forbid;
}

void read_both_kinds(const Fields& fields, Side& side) {
  side.where = fields.where();
  if (const Node* from = fields.find("from")) {
    side.from = text_of(*from, "a FROM item");
    sql::check_from(from->where.text(), side.from);
  }
  if (const Node* same = fields.find("same"))
    for (const auto& item : list_of(*same, "a list of SQL conditions").items) side.same.push_back(condition_of(item));
}

Side read_side(const Node& node) {
  Side side;
  const Fields fields(node, "side");
  read_both_kinds(fields, side);
  side.set = expressions_of(fields.at("set"));
  if (const Node* otherwise = fields.find("otherwise")) {
    side.otherwise = expressions_of(*otherwise);
    for (const auto& key : otherwise->keys) refuse_other_column(key, columns_in(side.set));
  }
  return side;
}

void refuse_twice(const Fields& fields, const Side& side, const std::string& key, const ColumnExpressions& others) {
  if (!fields.has(key)) return;
  for (const auto& column : fields.at(key).keys)
    for (const auto* known : {&side.key, &others})
      if (const auto names = columns_in(*known); std::find(names.begin(), names.end(), column.text) != names.end())
        fail(column.where, "expected each column once, got " + quoted(column.text) + " again");
}

Side read_deriving_side(const Node& node) {
  Side side;
  const Fields fields(node, "deriving_side");
  read_both_kinds(fields, side);
  side.key = expressions_of(fields.at("key"));
  side.on_delete = on_delete_of(fields.at("on delete"));
  if (const Node* filter = fields.find("where")) side.filter = condition_of(*filter);
  if (const Node* insert = fields.find("insert")) side.insert = expressions_of(*insert);
  if (const Node* set = fields.find("set")) side.set = expressions_of(*set);
  if (const Node* detach = fields.find("detach")) {
    if (side.on_delete != Side::OnDelete::detach) fail(fields.key("detach").where, "expected on delete: detach beside detach, got another");
    side.detach = expressions_of(*detach);
  }
  refuse_twice(fields, side, "insert", side.set);
  refuse_twice(fields, side, "set", {});
  refuse_twice(fields, side, "detach", {});
  return side;
}

// A column computed from itself has no source.
void refuse_shared_columns(const Fields& fields, const Mapping& mapping) {
  const auto columns = columns_in(mapping.to_new.set);
  for (const auto& key : Fields(fields.at("old"), "side").at("set").keys)
    if (std::find(columns.begin(), columns.end(), key.text) != columns.end())
      fail(key.where, "expected a column of the old side only, got " + quoted(key.text) + ", which the new side sets too");
}

void read_snapshot(const Node& node, Mapping& mapping) {
  for (const auto& item : list_of(node, "a list of columns").items) {
    const auto column = column_of(item);
    refuse_other_column(item, columns_in(mapping.to_new.set));
    if (std::find(mapping.snapshot.begin(), mapping.snapshot.end(), column) != mapping.snapshot.end())
      fail_expected(item, "each column once");
    mapping.snapshot.push_back(column);
  }
}

void read_one_row(const Fields& fields, Mapping& mapping) {
  mapping.to_new = read_side(fields.at("new"));
  if (const Node* snapshot = fields.find("snapshot")) read_snapshot(*snapshot, mapping);
  mapping.to_old.where = mapping.where;
  const Node& old = fields.at("old");
  if (old.kind == Node::Kind::scalar && old.text == "none") return;      // the old model needs nothing of these columns
  mapping.to_old = read_side(old);
  refuse_shared_columns(fields, mapping);
}

void read_derived_rows(const Fields& fields, Mapping& mapping) {
  mapping.into = table_of(fields.at("into"));
  if (mapping.into == mapping.table)
    fail(fields.at("into").where, "expected another table than " + quoted(mapping.table) + ", got the same",
         "leave out into: where both sides stand in one row");
  if (fields.has("snapshot"))
    fail(fields.key("snapshot").where, "expected no snapshot in a mapping that derives rows, got one", "what is right when written stands under insert");
  mapping.to_new = read_deriving_side(fields.at("new"));
  mapping.to_old = read_deriving_side(fields.at("old"));
}

Mapping read_mapping(const Node& key, const Node& node) {
  Mapping mapping;
  mapping.name = name_of(key, "a name");
  mapping.where = key.where;
  const Fields fields(node, "mapping");
  const Node* table = fields.find("table");
  mapping.table = table ? table_of(*table) : mapping.name;
  if (fields.has("into")) read_derived_rows(fields, mapping);
  else read_one_row(fields, mapping);
  return mapping;
}

}  // namespace

std::vector<Mapping> read_mappings(const Node& node) {
  mapping_of(node, "a mapping of names to mappings");
  std::vector<Mapping> mappings;
  for (std::size_t i = 0; i < node.keys.size(); ++i) mappings.push_back(read_mapping(node.keys[i], node.items[i]));
  return mappings;
}

}  // namespace segue::plan
