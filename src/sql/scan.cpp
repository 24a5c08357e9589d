#include <pg_query.h>

#include <cstdint>

#include "sql/parse.hpp"

namespace segue::sql {
namespace {

// Numbers of the token kinds in libpg_query's ScanResult.
constexpr int identifier = 258, unicode_identifier = 259, line_comment = 275, block_comment = 276;
constexpr std::uint64_t tokens_field = 2, start_field = 1, end_field = 2, kind_field = 4;

// The scanner answers only as protobuf: flat, numbers and one repeated message, so twenty lines read it
// and no protobuf library is needed.
class Wire {
 public:
  explicit Wire(std::string_view bytes) : bytes_(bytes) {}
  bool done() const { return bytes_.empty(); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; !bytes_.empty() && shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
  std::string_view bytes() {
    const auto size = static_cast<std::size_t>(number());
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view bytes_;
};

Token token_from(std::string_view message) {
  Token token;
  for (Wire wire(message); !wire.done();) {
    const auto field = wire.number() >> 3;
    const auto value = wire.number();
    if (field == start_field) token.begin = static_cast<std::size_t>(value);
    if (field == end_field) token.end = static_cast<std::size_t>(value);
    if (field == kind_field) token.kind = static_cast<int>(value);
  }
  return token;
}

std::vector<Token> tokens_from(std::string_view message) {
  std::vector<Token> tokens;
  for (Wire wire(message); !wire.done();) {
    const auto field = wire.number() >> 3;
    if (field != tokens_field) {
      wire.number();
      continue;
    }
    const auto token = token_from(wire.bytes());
    if (token.kind != line_comment && token.kind != block_comment) tokens.push_back(token);
  }
  return tokens;
}

}  // namespace

bool Token::is_name() const { return kind == identifier || kind == unicode_identifier; }

Scanned scan(std::string_view text) {
  const std::string terminated(text);
  const auto result = pg_query_scan(terminated.c_str());
  Scanned scanned;
  if (result.error) scanned.fault = Fault{result.error->message, 0};
  else scanned.tokens = tokens_from({result.pbuf.data, result.pbuf.len});
  pg_query_free_scan_result(result);
  return scanned;
}

}  // namespace segue::sql
