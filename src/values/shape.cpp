#include "values/shape.hpp"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

namespace segue::values {

namespace {

constexpr int longest_run = 4, most_signs = 40;

std::string_view letter_sign(UChar32 c) {
  UErrorCode error = U_ZERO_ERROR;
  const bool upper = u_isupper(c) != 0;
  switch (uscript_getScript(c, &error)) {
    case USCRIPT_LATIN: return upper ? "A" : "a";
    case USCRIPT_CYRILLIC: return upper ? "Я" : "я";
    case USCRIPT_GREEK: return upper ? "Ω" : "ω";
    case USCRIPT_HANGUL: return "가";
    case USCRIPT_HAN: return "漢";
    case USCRIPT_HIRAGANA: return "あ";
    case USCRIPT_KATAKANA: return "ア";
    case USCRIPT_ARABIC: return "ع";
    case USCRIPT_HEBREW: return "א";
    case USCRIPT_THAI: return "ก";
    case USCRIPT_DEVANAGARI: return "अ";
    default: return "¤";
  }
}

// Signs stand for themselves: they are what makes a format.
std::string sign_of(UChar32 c, std::string_view as_written) {
  if (c < 0) return "\uFFFD";
  if (u_isdigit(c)) return "9";
  if (u_isalpha(c)) return std::string(letter_sign(c));
  if (u_isUWhiteSpace(c)) return " ";
  if (u_iscntrl(c) || u_charType(c) == U_FORMAT_CHAR) return "·";
  return std::string(as_written);
}

}  // namespace

std::string shape_of(std::string_view raw) {
  const auto length = static_cast<std::int32_t>(raw.size());
  std::string shape, latest;
  int run = 0, signs = 0;
  for (std::int32_t at = 0; at < length;) {
    const auto begin = at;
    UChar32 c = 0;
    U8_NEXT(raw.data(), at, length, c);
    const auto sign = sign_of(c, raw.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin)));
    run = sign == latest ? run + 1 : 1;
    latest = sign;
    if (run > longest_run + 1) continue;
    if (++signs > most_signs) return shape + "…";
    shape += run > longest_run ? "+" : sign;
  }
  return shape;
}

}  // namespace segue::values
