#include "sql/parse.hpp"

#include <pg_query.h>

#include <algorithm>

#include "base/text.hpp"

namespace segue::sql {
namespace {

constexpr std::size_t deepest_tree = 400;
// PostgreSQL's parser recurses without a guard here; a chain this long would end on the stack's last page.
constexpr std::size_t longest_chain = 20'000;

std::size_t byte_of_character(std::string_view text, std::size_t character) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (begins && character-- == 0) break;
  }
  return at;
}

Fault fault_from(std::string_view text, const PgQueryError& error) {
  const auto character = static_cast<std::size_t>(std::max(error.cursorpos, 1)) - 1;
  return {error.message, byte_of_character(text, character)};
}

std::optional<Fault> unreadable(std::string_view text) {
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) return Fault{"the text holds a NUL byte", nul};
  for (std::size_t line = 0; line < text.size();) {
    const auto end = std::min(text.find('\n', line), text.size());
    if (!is_valid_utf8(text.substr(line, end - line))) return Fault{"the text is not valid UTF-8", line};
    line = end + 1;
  }
  return std::nullopt;
}

// The longest chain of tokens that may become one deep tree: commas and semicolons begin a new one.
std::optional<Fault> too_deep(const std::vector<Token>& tokens) {
  struct Level { std::size_t chain = 0, below = 0, deepest = 0; };
  std::vector<Level> levels(1);
  for (const auto& token : tokens) {
    auto& level = levels.back();
    ++level.chain;
    level.deepest = std::max(level.deepest, level.chain + level.below);
    if (level.deepest > longest_chain) return Fault{"the statement is nested too deeply", token.begin};
    if (token.kind == '(') levels.emplace_back();
    if (token.kind == ',' || token.kind == ';') level.chain = level.below = 0;
    if (token.kind == ')' && levels.size() > 1) {
      const auto inner = level.deepest;
      levels.pop_back();
      levels.back().below = std::max(levels.back().below, inner);
    }
  }
  return std::nullopt;
}

std::optional<Fault> unparsable(std::string_view text) {
  if (auto fault = unreadable(text)) return fault;
  // What cannot be scanned cannot be parsed either, and the parser tells the place.
  return too_deep(scan(text).tokens);
}

template <class Raw, void (*release)(Raw)>
struct Owned {
  Raw raw;
  explicit Owned(Raw taken) : raw(taken) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { release(raw); }
};

}  // namespace

Parsed parse(std::string_view text) {
  if (auto fault = unparsable(text)) return {{}, fault};
  const std::string terminated(text);
  const Owned<PgQueryParseResult, pg_query_free_parse_result> result(pg_query_parse(terminated.c_str()));
  if (result.raw.error) return {{}, fault_from(text, *result.raw.error)};
  boost::json::parse_options options;
  options.max_depth = deepest_tree;
  boost::system::error_code failure;
  auto tree = boost::json::parse(result.raw.parse_tree, failure, {}, options);
  if (failure) return {{}, Fault{"the statement is nested too deeply", 0}};
  return {std::move(tree), std::nullopt};
}

Spans statement_spans(std::string_view text) {
  if (auto fault = unparsable(text)) return {{}, fault};
  const std::string terminated(text);
  const Owned<PgQuerySplitResult, pg_query_free_split_result> result(pg_query_split_with_parser(terminated.c_str()));
  if (result.raw.error) return {{}, fault_from(text, *result.raw.error)};
  Spans found;
  for (int i = 0; i < result.raw.n_stmts; ++i) {
    const auto begin = static_cast<std::size_t>(result.raw.stmts[i]->stmt_location);
    const auto length = static_cast<std::size_t>(result.raw.stmts[i]->stmt_len);
    found.spans.push_back({begin, length == 0 ? text.size() : begin + length});
  }
  return found;
}

Place place_after(Place start, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') start = {start.line + 1, 1};
    else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++start.column;
  }
  return start;
}

Place place_of(std::string_view text, std::size_t byte) { return place_after({}, text.substr(0, byte)); }

}  // namespace segue::sql
