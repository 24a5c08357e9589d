#include "sql/safe_form.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace segue::sql {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

Form::Form(const std::string& file, const Statement& statement, Created& created)
    : file_(file), statement_(statement), created_(created) {
  auto parsed = parse(statement.text);
  if (parsed.fault) refuse(parsed.fault->message);
  tree_ = std::move(parsed.tree);
  const auto& statements = tree::list(tree_.get_object(), "stmts");
  if (statements.size() != 1) refuse("expected one statement");
  const auto found = tree::node(statements.at(0).get_object(), "stmt");
  if (found.kind != statement.kind) refuse("expected a statement made by split");
  fields_ = &found.fields;
  tokens_ = scan(statement.text).tokens;
}

bool Form::is_new(const QualifiedName& table) const {
  return std::find(created_.tables.begin(), created_.tables.end(), table) != created_.tables.end();
}

Operation Form::operation(std::string describes) const {
  return operation(std::move(describes), Sql::from_plan(statement_.text));
}

Operation Form::operation(std::string describes, Sql sql) const {
  Operation made;
  made.sql = std::move(sql);
  made.describes = std::move(describes);
  made.line = statement_.line;
  made.column = statement_.column;
  return made;
}

std::string_view Form::word(std::size_t token) const {
  if (token >= tokens_.size()) return {};
  return std::string_view(statement_.text).substr(tokens_[token].begin, tokens_[token].end - tokens_[token].begin);
}

bool Form::is(std::size_t token, std::string_view keyword) const {
  const auto written = word(token);
  return std::equal(written.begin(), written.end(), keyword.begin(), keyword.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string Form::source(std::size_t first, std::size_t end) const {
  if (first >= end || end > tokens_.size()) return {};
  return statement_.text.substr(tokens_[first].begin, tokens_[end - 1].end - tokens_[first].begin);
}

std::string Form::brief() const {
  constexpr std::size_t most_words = 10;
  std::string words;
  for (std::size_t i = 0; i < tokens_.size() && i < most_words; ++i) {
    if (i > 0 && tokens_[i].begin > tokens_[i - 1].end) words += ' ';
    const auto written = word(i);
    const bool constant = written.find('\'') != std::string_view::npos || written.starts_with('$');
    words += constant ? "'...'" : written;
  }
  return tokens_.size() > most_words ? words + " ..." : words;
}

Sql Form::with_keyword(std::size_t behind, std::string keyword) const {
  auto text = statement_.text;
  text.insert(tokens_.at(behind).end, " " + spelled_like(word(behind), std::move(keyword)));
  return Sql::from_plan(std::move(text));
}

void Form::refuse(const std::string& message, std::string hint) const {
  throw Error(ErrorCode::plan_file, fmt::format("{}:{}:{}: {}", file_, statement_.line, statement_.column, message),
              std::move(hint));
}

void takes_lock(const Form& form, Operation& operation, const QualifiedName& table, Lock lock) {
  if (table.name.empty()) return;
  auto& tables = operation.tables;
  if (std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
  if (!form.is_new(table)) operation.lock = std::max(operation.lock, lock);
}

void is_undone_by(Operation& operation, Sql undo) {
  operation.undo = std::move(undo);
  operation.undo_kind = Operation::Undo::derived;
}

void needs_no_undo(Operation& operation) { operation.undo_kind = Operation::Undo::none_needed; }

std::string spelled_like(std::string_view example, std::string keyword) {
  const bool loud = !example.empty() && example[0] >= 'A' && example[0] <= 'Z';
  std::transform(keyword.begin(), keyword.end(), keyword.begin(), loud ? upper : lower);
  return keyword;
}

}  // namespace segue::sql
