#include "values/quote.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace segue::values {
namespace {

struct Piece { UChar32 character; std::string_view bytes; };     // character < 0: the bytes are no UTF-8

Piece next_piece(std::string_view text, std::int32_t& at) {
  const auto begin = at;
  UChar32 character = 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  U8_NEXT(bytes, at, static_cast<std::int32_t>(text.size()), character);
  return {character, text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin))};
}

std::string escaped(const Piece& piece) {
  switch (piece.character) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\r': return "\\r";
    default: break;
  }
  if (piece.character >= 0 && (piece.character == ' ' || u_isgraph(piece.character) != 0 || piece.character == 0x200D)) return std::string(piece.bytes);
  if (piece.character >= 0x80) return fmt::format("\\u{{{:04X}}}", static_cast<unsigned>(piece.character));
  std::string text;
  for (const char byte : piece.bytes) text += fmt::format("\\x{:02X}", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace

std::string quoted(std::string_view raw) {
  std::string text = "\"";
  for (std::int32_t at = 0; static_cast<std::size_t>(at) < raw.size();) text += escaped(next_piece(raw, at));
  return text + '"';
}

std::string readable_utf8(std::string_view raw) {
  std::string text;
  for (std::int32_t at = 0; static_cast<std::size_t>(at) < raw.size();) {
    const auto piece = next_piece(raw, at);
    text += piece.character < 0 ? "\xEF\xBF\xBD" : piece.bytes;
  }
  return text;
}

}  // namespace segue::values
