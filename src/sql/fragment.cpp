#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "base/error.hpp"
#include "sql/references.hpp"
#include "sql/tree.hpp"

namespace segue::sql {
namespace {

using Attempt = std::variant<Fragment, Fault>;                   // the fault's place is a byte of the text

// Between these only an expression, or FROM items, can stand; the new line ends a comment of the text.
struct Frame { std::string_view before, after; };
Frame frame_of(Shape shape) {
  return shape == Shape::expression ? Frame{"SELECT CAST(", "\n AS text)"} : Frame{"SELECT 1 FROM (SELECT) x LEFT JOIN ", "\n"};
}

Fault moved(Fault fault, std::size_t begin, std::size_t size) {
  fault.at = fault.at > begin ? std::min(fault.at - begin, size) : 0;
  if (fault.at == size && fault.message.starts_with("syntax error")) fault.message = "syntax error at the end";
  return fault;
}

// Text that closes what the frame opened, or ends its statement, would smuggle in more than one piece.
std::optional<Fault> breaks_out(const Fragment& made) {
  int depth = 0;
  for (const auto& token : made.tokens) {
    if (token.kind == '(') ++depth;
    if (token.kind == ')' && --depth < 0) return Fault{"unexpected \")\"", token.begin};
    if (token.kind == ';') return Fault{"unexpected \";\"", token.begin};
  }
  return std::nullopt;
}

bool is_one_from_item(const tree::object& select) {
  for (const auto& [key, ignored] : select)
    if (key != "targetList" && key != "fromClause" && key != "limitOption" && key != "op") return false;
  return tree::list(select, "fromClause").size() == 1 && tree::text(select, "op") == "SETOP_NONE" &&
         tree::list(select, "targetList").size() == 1;
}

std::optional<Fault> refuses(const Fragment& made, Shape shape) {
  if (auto fault = breaks_out(made)) return fault;
  const auto& statements = tree::list(made.tree.get_object(), "stmts");
  if (statements.size() != 1) return Fault{"expected one piece of SQL", made.begin};
  const auto select = tree::node(statements.at(0).get_object(), "stmt");
  if (shape == Shape::from && !is_one_from_item(select.fields))
    return Fault{"expected one FROM item, such as: services s ON s.code = old.service", made.begin};
  return std::nullopt;
}

Attempt attempt(const std::string& where, const std::string& text, Shape shape) {
  const auto frame = frame_of(shape);
  Fragment made{where, std::string(frame.before) + text + std::string(frame.after), frame.before.size(),
                frame.before.size() + text.size(), {}, {}};
  auto parsed = parse(made.source);
  if (parsed.fault) return moved(*parsed.fault, made.begin, text.size());
  made.tree = std::move(parsed.tree);
  for (const auto& token : scan(made.source).tokens)
    if (token.begin >= made.begin && token.begin < made.end) made.tokens.push_back(token);
  if (const auto fault = refuses(made, shape)) return moved(*fault, made.begin, text.size());
  return made;
}

[[noreturn]] void fail_in(const std::string& where, const std::string& text, const Fault& fault, std::string hint) {
  const auto place = place_of(text, fault.at);
  const auto at = text.find('\n') == std::string::npos ? fmt::format("character {}", place.column)
                                                       : fmt::format("line {}, character {}", place.line, place.column);
  throw Error(ErrorCode::plan_file, fmt::format("{}: {} ({} of the SQL)", where, fault.message, at), std::move(hint));
}

}  // namespace

Fragment fragment(const std::string& where, const std::string& text, Shape shape) {
  auto tried = attempt(where, text, shape);
  if (const auto* fault = std::get_if<Fault>(&tried)) fail_in(where, text, *fault, "");
  return std::get<Fragment>(std::move(tried));
}

Fragment either_fragment(const std::string& where, const std::string& text) {
  auto expression = attempt(where, text, Shape::expression);
  if (std::holds_alternative<Fragment>(expression)) return std::get<Fragment>(std::move(expression));
  auto from = attempt(where, text, Shape::from);
  if (std::holds_alternative<Fragment>(from)) return std::get<Fragment>(std::move(from));
  const auto& first = std::get<Fault>(expression);
  const auto& second = std::get<Fault>(from);
  fail_in(where, text, second.at > first.at ? second : first, "");
}

void fail(const Fragment& fragment, const Fault& fault, std::string hint) {
  const auto text = fragment.source.substr(fragment.begin, fragment.end - fragment.begin);
  fail_in(fragment.where, text, moved(fault, fragment.begin, text.size()), std::move(hint));
}

}  // namespace segue::sql
