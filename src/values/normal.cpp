#include "values/normal.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>

namespace segue::values {
namespace {

// NFKC has done the full-width ones.
char16_t plain_sign(char16_t c) {
  constexpr std::u16string_view dashes = u"~\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2053\u2192\u2212\u223C\u301C\u3030\u30FC";
  constexpr std::u16string_view colons = u"\u02D0\u2236\uA789";
  constexpr std::u16string_view apostrophes = u"\u02BC\u2018\u2019\u201B\u2032\u00B4`";
  constexpr std::u16string_view spaces = u"()[]\"\u201C\u201D\u201E\u300C\u300D\u300E\u300F\u3010\u3011\u00AB\u00BB";
  if (c < 0x80 && c != u'~' && c != u'`') return spaces.find(c) != spaces.npos || u_isUWhiteSpace(c) != 0 ? u' ' : c;
  if (dashes.find(c) != dashes.npos) return u'-';
  if (colons.find(c) != colons.npos) return u':';
  if (apostrophes.find(c) != apostrophes.npos) return u'\'';
  if (c == u'\u3001') return u',';
  if (c == u'\u3002') return u'.';
  if (spaces.find(c) != spaces.npos || u_isUWhiteSpace(c) != 0) return u' ';
  const auto digit = u_charDigitValue(c);
  return digit >= 0 ? static_cast<char16_t>(u'0' + digit) : c;
}

// "9²" must not become "92", nor "⑫" be cut apart: numbers that are not plain digits are not read.
bool has_odd_number(std::u16string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    UChar32 c = 0;
    U16_NEXT(text.data(), at, text.size(), c);
    if (u_charType(c) == U_OTHER_NUMBER) return true;
  }
  return false;
}

// Digits outside the basic plane (mathematical ones are gone by NFKC) stay what they are: unknown characters.
std::u16string with_plain_signs(std::u16string_view folded) {
  std::u16string text;
  for (const char16_t c : folded) {
    const auto plain = plain_sign(c);
    if (plain != u' ' || (!text.empty() && text.back() != u' ')) text += plain;
  }
  if (text.ends_with(u' ')) text.pop_back();
  return text;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Normal from_ascii(std::string_view raw) {
  std::u16string text(raw.size(), u' ');
  std::ranges::transform(raw, text.begin(), [](char c) { return static_cast<char16_t>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return {with_plain_signs(text), {}};
}

}  // namespace

Normal normalised(std::string_view raw) {
  if (raw.size() > longest_text) return {{}, "too long"};
  if (is_ascii(raw)) return from_ascii(raw);
  std::array<char16_t, longest_text> wide{};
  std::array<char16_t, longest_text * 18> folded{};              // one character may become 18 by NFKC
  int32_t length = 0;
  UErrorCode failure = U_ZERO_ERROR;
  u_strFromUTF8(wide.data(), wide.size(), &length, raw.data(), static_cast<int32_t>(raw.size()), &failure);
  if (U_FAILURE(failure) != 0) return {{}, "not UTF-8"};
  if (has_odd_number({wide.data(), static_cast<std::size_t>(length)})) return {{}, "numbers that are not plain digits"};
  const auto* normaliser = unorm2_getNFKCCasefoldInstance(&failure);
  length = unorm2_normalize(normaliser, wide.data(), length, folded.data(), folded.size(), &failure);
  if (U_FAILURE(failure) != 0) return {{}, "not UTF-8"};
  return {with_plain_signs({folded.data(), static_cast<std::size_t>(length)}), {}};
}

bool is_spaced_letter(char16_t c) {
  if (c < 0x80) return c >= u'a' && c <= u'z';
  UErrorCode failure = U_ZERO_ERROR;
  switch (uscript_getScript(c, &failure)) {
    case USCRIPT_HANGUL: case USCRIPT_HAN: case USCRIPT_HIRAGANA: case USCRIPT_KATAKANA: case USCRIPT_THAI: return false;
    default: return u_isalpha(c) != 0 || u_charType(c) == U_NON_SPACING_MARK;
  }
}

bool is_digit(char16_t c) { return c >= u'0' && c <= u'9'; }

std::u16string from_utf8(std::string_view text) {
  std::u16string wide(text.size(), u'\0');
  int32_t length = 0;
  UErrorCode failure = U_ZERO_ERROR;
  u_strFromUTF8(wide.data(), static_cast<int32_t>(wide.size()), &length, text.data(), static_cast<int32_t>(text.size()), &failure);
  wide.resize(U_FAILURE(failure) != 0 ? 0 : static_cast<std::size_t>(length));
  return wide;
}

std::string to_utf8(std::u16string_view text) {
  std::string narrow(text.size() * 3, '\0');
  int32_t length = 0;
  UErrorCode failure = U_ZERO_ERROR;
  u_strToUTF8(narrow.data(), static_cast<int32_t>(narrow.size()), &length, text.data(), static_cast<int32_t>(text.size()), &failure);
  narrow.resize(U_FAILURE(failure) != 0 ? 0 : static_cast<std::size_t>(length));
  return narrow;
}

}  // namespace segue::values
