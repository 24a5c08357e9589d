#include <fmt/format.h>

#include "base/error.hpp"
#include "sql/parse.hpp"
#include "sql/statement.hpp"
#include "sql/tree.hpp"

namespace segue::sql {
namespace {

constexpr std::size_t longest_identifier = 63;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

[[noreturn]] void fail(const std::string& file, std::string_view text, const Fault& fault, std::string hint) {
  const auto place = place_of(text, fault.at);
  throw Error(ErrorCode::plan_file, fmt::format("{}:{}:{}: {}", file, place.line, place.column, fault.message),
              std::move(hint));
}

std::string hint_for(std::string_view text, const Fault& fault) {
  const char at = fault.at < text.size() ? text[fault.at] : ' ';
  if (at == '\\' || fault.message.find("near \"\\\"") != std::string::npos)
    return "psql's backslash commands are no SQL; a plan runs plain SQL only, one file a step";
  if (at == ':') return "psql's variables are no SQL; write the value itself";
  if (fault.message.starts_with("syntax error")) return "segue reads SQL as PostgreSQL 15 does";
  return "";
}

std::size_t identifier_bytes(std::string_view token) {
  if (!token.starts_with('"')) return token.size();
  std::size_t bytes = 0;
  for (std::size_t i = 1; i + 1 < token.size(); ++i, ++bytes)
    if (token[i] == '"') ++i;
  return bytes;
}

// PostgreSQL would cut the name silently, and segue would then look for another object.
void check_identifiers(const std::string& file, std::string_view text, const std::vector<Token>& tokens) {
  for (const auto& token : tokens) {
    const auto written = text.substr(token.begin, token.end - token.begin);
    if (token.is_name() && identifier_bytes(written) > longest_identifier)
      fail(file, text, {fmt::format("identifier {} is longer than 63 bytes", written), token.begin},
           "PostgreSQL would cut it silently; choose a shorter name");
  }
}

// The statement's own tokens: neither comments around it nor the semicolon after it.
Span trimmed(const Span& span, const std::vector<Token>& tokens, std::size_t& next) {
  while (next < tokens.size() && (tokens[next].begin < span.begin || tokens[next].kind == ';')) ++next;
  if (next == tokens.size()) return {span.begin, span.begin};
  Span own{tokens[next].begin, tokens[next].end};
  for (; next < tokens.size() && tokens[next].end <= span.end; ++next)
    if (tokens[next].kind != ';') own.end = tokens[next].end;
  return own;
}

std::string kind_of(const std::string& file, std::string_view text, const Span& span) {
  const auto parsed = parse(text.substr(span.begin, span.end - span.begin));
  if (parsed.fault) fail(file, text, {parsed.fault->message, span.begin + parsed.fault->at}, "");
  const auto& all = tree::list(parsed.tree.get_object(), "stmts");
  if (all.size() != 1) fail(file, text, {"expected one statement", span.begin}, "");
  return std::string(tree::node(all.at(0).get_object(), "stmt").kind);
}

}  // namespace

std::vector<Statement> split(const std::string& file, std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const auto found = statement_spans(text);
  if (found.fault) fail(file, text, *found.fault, hint_for(text, *found.fault));
  const auto tokens = scan(text).tokens;
  check_identifiers(file, text, tokens);
  std::vector<Statement> statements;
  std::size_t next = 0, seen = 0;
  Place place;
  for (const auto& span : found.spans) {
    const auto own = trimmed(span, tokens, next);
    place = place_after(place, text.substr(seen, own.begin - seen));
    seen = own.begin;
    statements.push_back({std::string(text.substr(own.begin, own.end - own.begin)), kind_of(file, text, own),
                          place.line, place.column});
  }
  return statements;
}

}  // namespace segue::sql
