// One subcommand of ALTER TABLE as a statement of its own. Internal to sql/.
#pragma once
#include <string>
#include <string_view>

#include "sql/safe_form.hpp"

namespace segue::sql {

struct Alter {
  const Form& form;
  QualifiedName table;
  std::string head, text;                                        // "ALTER TABLE x", "ADD COLUMN y int", as written
  std::size_t first, end;                                        // the subcommand's tokens

  bool is_new() const { return form.is_new(table); }
  // The subcommand as written; "WORDS of TABLE.COLUMN" describes it.
  Operation command(std::string_view words, const std::string& column) const;
};

Operation add_column(const Alter& alter, const tree::object& column);
Operations add_constraint(const Alter& alter, const tree::object& constraint);
Operation validate_constraint(const Alter& alter, const std::string& name);
Operations set_not_null(const Alter& alter, const std::string& column);

// Whether the default may differ from row to row, so that every row must be written. Conservative.
bool is_volatile(const boost::json::value& expression);

}  // namespace segue::sql
