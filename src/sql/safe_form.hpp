// One statement on its way to its safe form: its tree, its tokens and what the plan has made so far.
// Does: what every safe_*.cpp needs: names, text at token ranges, operations with their place, refusals.
// Does not: know any kind of statement. Internal to sql/.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sql/parse.hpp"
#include "sql/statement.hpp"
#include "sql/tree.hpp"

namespace segue::sql {

class Form {
 public:
  Form(const std::string& file, const Statement& statement, Created& created);

  const tree::object& node() const { return *fields_; }
  const boost::json::value& root() const { return tree_; }
  const std::string& kind() const { return statement_.kind; }
  Created& created() const { return created_; }
  // A table of this plan that nobody uses yet.
  bool is_new(const QualifiedName& table) const;

  // The user's statement as written, or other SQL in its place.
  Operation operation(std::string describes) const;
  Operation operation(std::string describes, Sql sql) const;

  const std::vector<Token>& tokens() const { return tokens_; }
  std::string_view word(std::size_t token) const;
  bool is(std::size_t token, std::string_view keyword) const;    // any case; false behind the end
  // The source from the first token up to, not including, the token `end`.
  std::string source(std::size_t first, std::size_t end) const;
  // The first words of the statement, without comments and constants.
  std::string brief() const;
  // The statement with `keyword` inserted behind a token, in the case that token has.
  Sql with_keyword(std::size_t behind, std::string keyword) const;

  [[noreturn]] void refuse(const std::string& message, std::string hint = {}) const;

 private:
  const std::string& file_;
  const Statement& statement_;
  Created& created_;
  boost::json::value tree_;
  const tree::object* fields_;
  std::vector<Token> tokens_;
};

// Names the table in the operation; its lock counts only where somebody may use the table.
void takes_lock(const Form& form, Operation& operation, const QualifiedName& table, Lock lock);
void is_undone_by(Operation& operation, Sql undo);
void needs_no_undo(Operation& operation);
// `keyword` in upper case if `example` is.
std::string spelled_like(std::string_view example, std::string keyword);

using Operations = std::vector<Operation>;
Operations safe_create_index(const Form& form);
Operations safe_drop(const Form& form);
Operations safe_alter_table(const Form& form);
Operations safe_alter_domain(const Form& form);
Operations safe_create_table(const Form& form);
Operations safe_create_table_as(const Form& form);
Operations safe_create_object(const Form& form);
Operations safe_create_on_table(const Form& form);
Operations safe_create_function(const Form& form);
Operations safe_rename(const Form& form);
Operations safe_alter_enum(const Form& form);
Operations safe_alter_object(const Form& form);
Operations safe_grant(const Form& form);
Operations safe_rows(const Form& form);
Operations safe_truncate(const Form& form);
Operations safe_copy(const Form& form);
Operations safe_vacuum(const Form& form);
Operations safe_refresh(const Form& form);
Operations safe_opaque(const Form& form);

}  // namespace segue::sql
