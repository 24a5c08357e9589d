#include <fmt/format.h>

#include <set>

#include "sql/references.hpp"
#include "sql/tree.hpp"

namespace segue::sql {
namespace {

class Reader {
 public:
  Reader(const Fragment& fragment, const std::string& row) : fragment_(fragment), row_(row) {}

  Uses read() {
    tree::visit(fragment_.tree, [this](const tree::Node& found) {
      if (within(found) && found.kind == "FuncCall") read_call(found.fields);
    });
    tree::visit(fragment_.tree, [this](const tree::Node& found) { read_node(found); });
    return std::move(uses_);
  }

 private:
  bool within(const tree::Node& found) const { return tree::location(found.fields) >= fragment_.begin; }

  std::string written_at(std::size_t byte) const {
    for (const auto& token : fragment_.tokens)
      if (token.begin == byte) return fragment_.source.substr(token.begin, token.end - token.begin);
    return {};
  }

  // A value's name is segue's own, so its case stays as the author wrote it.
  void read_call(const tree::object& call) {
    if (tree::strings(tree::list(call, "funcname")) != std::vector<std::string>{"value"}) return;
    const auto& arguments = tree::list(call, "args");
    const auto at = tree::location(call);
    const auto argument = arguments.size() == 1 ? tree::node(arguments[0]) : tree::node(boost::json::value());
    const auto names = tree::strings(tree::list(argument.fields, "fields"));
    if (argument.kind != "ColumnRef" || names.size() != 1 || names[0].empty())
      fail(fragment_, {"value() takes the name of one value of the plan", at}, "write value(period_of_day)");
    const auto name_at = tree::location(argument.fields);
    const auto written = written_at(name_at);
    uses_.values.push_back({at, written.starts_with('"') ? names[0] : written});
    value_arguments_.insert(name_at);
  }

  void read_node(const tree::Node& found) {
    if (found.kind == "ParamRef") fail(fragment_, {"a parameter has no place here", tree::location(found.fields)});
    if (found.kind == "InsertStmt" || found.kind == "UpdateStmt" || found.kind == "DeleteStmt")
      fail(fragment_, {"a mapping may only read", fragment_.begin});
    if (found.kind == "RangeVar") read_table(found.fields);
    if (found.kind == "JoinExpr" && (tree::flag(found.fields, "isNatural") || found.fields.contains("usingClause")))
      fail(fragment_, {"NATURAL and USING hide which columns are compared", fragment_.begin}, "write the condition after ON");
    if (found.kind == "ColumnRef" && !value_arguments_.contains(tree::location(found.fields))) read_column(found.fields);
  }

  void read_table(const tree::object& table) {
    uses_.others = true;
    const auto alias = tree::text(tree::child(table, "alias"), "aliasname");
    if (!row_.empty() && (alias.empty() ? tree::text(table, "relname") : alias) == row_)
      fail(fragment_, {fmt::format("\"{}\" is the row and cannot name a table too", row_), tree::location(table)});
  }

  void read_column(const tree::object& column) {
    const auto names = tree::strings(tree::list(column, "fields"));
    const auto at = tree::location(column);
    if (row_.empty() || names.empty() || names[0] != row_) {
      uses_.others = true;
      return;
    }
    if (names.size() == 1 || names[1].empty())
      fail(fragment_, {fmt::format("the whole row \"{}\" is used", row_), at},
           "name each column, so that segue knows what the value depends on");
    if (names.size() > 2)
      fail(fragment_, {fmt::format("\"{}\" is followed by more than a column", row_), at},
           fmt::format("write ({}.\"column\").field", row_));
    uses_.columns.push_back({at, names[1]});
  }

  const Fragment& fragment_;
  const std::string& row_;
  Uses uses_;
  std::set<std::size_t> value_arguments_;
};

}  // namespace

Uses uses_of(const Fragment& fragment, const std::string& row) { return Reader(fragment, row).read(); }

}  // namespace segue::sql
