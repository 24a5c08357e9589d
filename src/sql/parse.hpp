// PostgreSQL's own grammar at work: text -> tree and tokens, both with byte positions.
// Does: parse and scan (libpg_query), tell where a byte stands in the file.
// Does not: throw for bad SQL; a fault is a value, because its place is known only to the caller.
#pragma once
#include <boost/json.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::sql {

struct Fault {
  std::string message;
  std::size_t at = 0;                                            // byte
};

struct Parsed {
  boost::json::value tree;                                       // {"stmts": [{"stmt": {KIND: {...}}}]}
  std::optional<Fault> fault;
};
Parsed parse(std::string_view text);

struct Token {
  std::size_t begin = 0, end = 0;
  int kind = 0;                                                  // an ASCII sign, or PostgreSQL's token number
  bool is_name() const;                                          // an identifier that is no keyword
};
struct Scanned {
  std::vector<Token> tokens;                                     // comments left out
  std::optional<Fault> fault;
};
Scanned scan(std::string_view text);

// Where the statements stand, as bytes; comments may lead.
struct Span { std::size_t begin = 0, end = 0; };
struct Spans {
  std::vector<Span> spans;
  std::optional<Fault> fault;
};
Spans statement_spans(std::string_view text);

// 1-based; the column counts characters.
struct Place { int line = 1, column = 1; };
Place place_after(Place start, std::string_view text);
Place place_of(std::string_view text, std::size_t byte);

}  // namespace segue::sql
