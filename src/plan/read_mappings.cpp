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

Side read_side(const Node& node) {
  Side side;
  const Fields fields(node, "side");
  side.where = node.where;
  if (const Node* from = fields.find("from")) {
    side.from = text_of(*from, "a FROM item");
    sql::check_from(from->where.text(), side.from);
  }
  side.set = expressions_of(fields.at("set"));
  if (const Node* otherwise = fields.find("otherwise")) {
    side.otherwise = expressions_of(*otherwise);
    for (const auto& key : otherwise->keys) refuse_other_column(key, columns_in(side.set));
  }
  return side;
}

// A column computed from itself has no source.
void refuse_shared_columns(const Fields& fields, const Mapping& mapping) {
  const auto columns = columns_in(mapping.to_new.set);
  for (const auto& key : Fields(fields.at("old"), "side").at("set").keys)
    if (std::find(columns.begin(), columns.end(), key.text) != columns.end())
      fail(key.where, "expected a column of the old side only, got " + quoted(key.text) + ", which the new side sets too");
}

Mapping read_mapping(const Node& key, const Node& node) {
  Mapping mapping;
  mapping.name = name_of(key, "a name");
  mapping.where = key.where;
  const Fields fields(node, "mapping");
  const Node* table = fields.find("table");
  mapping.table = table ? table_of(*table) : mapping.name;
  mapping.to_new = read_side(fields.at("new"));
  mapping.to_old = read_side(fields.at("old"));
  refuse_shared_columns(fields, mapping);
  if (const Node* snapshot = fields.find("snapshot"))
    for (const auto& item : list_of(*snapshot, "a list of columns").items) {
      const auto column = column_of(item);
      refuse_other_column(item, columns_in(mapping.to_new.set));
      if (std::find(mapping.snapshot.begin(), mapping.snapshot.end(), column) != mapping.snapshot.end())
        fail_expected(item, "each column once");
      mapping.snapshot.push_back(column);
    }
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
