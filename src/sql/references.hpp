// A piece of SQL from a mapping: one expression or one FROM item, parsed inside a statement that allows nothing else.
// Does: tell what it takes from the row and which values of the plan it asks for, with places.
// Does not: resolve names; which table an unqualified name belongs to only the database knows. Internal to sql/.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sql/parse.hpp"
#include "sql/statement.hpp"

namespace segue::sql {

enum class Shape { expression, from };

struct Fragment {
  std::string where, source;                                     // `source` holds the text between begin and end
  std::size_t begin = 0, end = 0;
  std::vector<Token> tokens;                                     // of the text alone
  boost::json::value tree;
};
Fragment fragment(const std::string& where, const std::string& text, Shape shape);
// As an expression or, failing that, as a FROM item; the fault told is the one found further on.
Fragment either_fragment(const std::string& where, const std::string& text);
[[noreturn]] void fail(const Fragment& fragment, const Fault& fault, std::string hint = {});

struct ColumnUse { std::size_t at; std::string column; };
struct ValueUse { std::size_t at; std::string name; };
struct Uses {
  std::vector<ColumnUse> columns;                                // of the row
  std::vector<ValueUse> values;
  bool others = false;
};
Uses uses_of(const Fragment& fragment, const std::string& row);

}  // namespace segue::sql
