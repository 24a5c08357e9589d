#include "values/time_tokens.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <string>

namespace segue::values {
namespace {

constexpr int hour = 60;

struct Entry {
  std::u16string_view text;
  Kind kind;
  int value = 0;
  Span span = {};
};

constexpr Entry part(std::u16string_view text, int from, int to, bool alone) {
  return {text, Kind::day_part, 0, {from * hour, to * hour, alone}};
}

constexpr Span noon{12 * hour, 12 * hour + 1, true};
constexpr Span midnight{24 * hour, 24 * hour + 1, true};

constexpr Entry latin[] = {
    part(u"am", 0, 12, true), part(u"pm", 12, 24, true), part(u"morning", 0, 12, true),
    part(u"afternoon", 12, 18, true), part(u"evening", 17, 24, true), part(u"night", 19, 29, false),
    {u"noon", Kind::day_part, 0, noon}, {u"midday", Kind::day_part, 0, noon}, {u"midnight", Kind::day_part, 0, midnight},
    {u"h", Kind::hour}, {u"o'clock", Kind::hour}, {u"oclock", Kind::hour}, {u"m", Kind::minute}, {u"min", Kind::minute},
    {u"hr", Kind::hours}, {u"hrs", Kind::hours}, {u"hours", Kind::hours},
    {u"from", Kind::from}, {u"between", Kind::from}, {u"to", Kind::to}, {u"until", Kind::to}, {u"till", Kind::to},
    {u"and", Kind::conjunction}, {u"after", Kind::after}, {u"before", Kind::until}, {u"by", Kind::until},
    {u"at", Kind::filler}, {u"around", Kind::filler}, {u"about", Kind::filler}, {u"in", Kind::filler},
    {u"the", Kind::filler}, {u"early", Kind::filler}, {u"late", Kind::filler}, {u"sharp", Kind::filler},
    {u"t", Kind::date_time}, {u"z", Kind::utc}, {u"utc", Kind::utc}, {u"gmt", Kind::utc},
};

// Korean is written without spaces between these; the longest one that fits is taken.
constexpr Entry hangul[] = {
    part(u"오전", 0, 12, true), part(u"오후", 12, 24, true), part(u"새벽", 0, 6, true), part(u"아침", 5, 12, true),
    part(u"낮", 11, 18, false), part(u"저녁", 17, 24, true), part(u"밤", 19, 29, false),
    {u"정오", Kind::day_part, 0, noon}, {u"자정", Kind::day_part, 0, midnight},
    {u"시", Kind::hour}, {u"분", Kind::minute}, {u"초", Kind::second}, {u"반", Kind::half},
    {u"시간", Kind::hours}, {u"시간대", Kind::hours},
    {u"부터", Kind::from}, {u"에서", Kind::from}, {u"까지", Kind::until}, {u"이전", Kind::until}, {u"이후", Kind::after},
    {u"쯤", Kind::filler}, {u"경", Kind::filler}, {u"정도", Kind::filler}, {u"정각", Kind::filler}, {u"에", Kind::filler},
    {u"중", Kind::filler}, {u"사이", Kind::filler}, {u"희망", Kind::filler}, {u"가능", Kind::filler},
    {u"년", Kind::year}, {u"월", Kind::month}, {u"일", Kind::day},
    {u"한", Kind::number, 1}, {u"두", Kind::number, 2}, {u"세", Kind::number, 3}, {u"네", Kind::number, 4},
    {u"다섯", Kind::number, 5}, {u"여섯", Kind::number, 6}, {u"일곱", Kind::number, 7}, {u"여덟", Kind::number, 8},
    {u"아홉", Kind::number, 9}, {u"열", Kind::number, 10}, {u"열한", Kind::number, 11}, {u"열두", Kind::number, 12},
    {u"십", Kind::number, 10}, {u"십오", Kind::number, 15}, {u"이십", Kind::number, 20}, {u"삼십", Kind::number, 30},
    {u"사십", Kind::number, 40}, {u"사십오", Kind::number, 45}, {u"오십", Kind::number, 50},
};

// One sign for all that look alike; NFKC has done the full-width ones.
char16_t plain_sign(char16_t c) {
  constexpr std::u16string_view dashes = u"~\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2053\u2212\u223C\u301C\u3030\u30FC";
  constexpr std::u16string_view colons = u"\u02D0\u2236\uA789";
  constexpr std::u16string_view spaces = u"()[]";
  if (dashes.find(c) != dashes.npos) return u'-';
  if (colons.find(c) != colons.npos) return u':';
  if (c == u'\u2019') return u'\'';
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

std::optional<std::u16string> normalised(std::string_view raw) {
  std::array<char16_t, 256> wide{};
  std::array<char16_t, 8192> folded{};  // one character may become 18 by NFKC
  int32_t length = 0;
  UErrorCode failure = U_ZERO_ERROR;
  u_strFromUTF8(wide.data(), wide.size(), &length, raw.data(), static_cast<int32_t>(raw.size()), &failure);
  if (U_FAILURE(failure) != 0) return std::nullopt;
  if (has_odd_number({wide.data(), static_cast<std::size_t>(length)})) return u"?";
  const auto* normaliser = unorm2_getNFKCCasefoldInstance(&failure);
  length = unorm2_normalize(normaliser, wide.data(), length, folded.data(), folded.size(), &failure);
  if (U_FAILURE(failure) != 0) return std::nullopt;
  std::u16string text(folded.data(), static_cast<std::size_t>(length));
  std::ranges::transform(text, text.begin(), plain_sign);
  return text;
}

class Lexer {
 public:
  explicit Lexer(std::u16string_view text) : text_(text) {}
  std::vector<Token> run();

 private:
  static bool is_digit(char16_t c) { return c >= u'0' && c <= u'9'; }
  static bool is_latin(char16_t c) { return (c >= u'a' && c <= u'z') || c == u'\''; }
  void number();
  void latin_word();
  void hangul_word();
  void sign();
  void put(Token token) {
    token.gap = gap_;
    gap_ = false;
    tokens_.push_back(token);
  }

  std::u16string_view text_;                                     // what is still to be read
  bool gap_ = false;
  std::vector<Token> tokens_;
};

std::vector<Token> Lexer::run() {
  while (!text_.empty()) {
    const char16_t c = text_.front();
    if (c == u' ') {
      gap_ = true;
      text_.remove_prefix(1);
    } else if (is_digit(c)) {
      number();
    } else if (is_latin(c)) {
      latin_word();
    } else if (c >= u'\uAC00' && c <= u'\uD7A3') {
      hangul_word();
    } else {
      sign();
    }
  }
  return std::move(tokens_);
}

void Lexer::number() {
  Token token{Kind::number};
  for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1), ++token.digits)
    if (token.digits < 9) token.value = token.value * 10 + (text_.front() - u'0');
  put(token);
}

void Lexer::latin_word() {
  std::size_t length = 0;
  while (length < text_.size() && is_latin(text_[length])) ++length;
  std::u16string word(text_.substr(0, length));
  if ((word == u"a" || word == u"p") && text_.substr(length, 2) == u".m" &&
      (text_.size() == length + 2 || !is_latin(text_[length + 2]))) {
    word += u'm';
    length += 2;
    if (text_.substr(length, 1) == u".") ++length;
  }
  text_.remove_prefix(length);
  const auto* entry = std::ranges::find(latin, word, &Entry::text);
  put(entry == std::end(latin) ? Token{Kind::unknown} : Token{entry->kind, entry->value, 0, entry->span});
}

void Lexer::hangul_word() {
  const Entry* longest = nullptr;
  for (const auto& entry : hangul)
    if (text_.starts_with(entry.text) && (longest == nullptr || entry.text.size() > longest->text.size()))
      longest = &entry;
  put(longest == nullptr ? Token{Kind::unknown} : Token{longest->kind, longest->value, 0, longest->span});
  text_.remove_prefix(longest == nullptr ? 1 : longest->text.size());
}

void Lexer::sign() {
  constexpr std::pair<char16_t, Kind> signs[] = {
      {u':', Kind::colon}, {u'.', Kind::dot}, {u'-', Kind::dash}, {u'/', Kind::slash}, {u'+', Kind::plus}};
  const auto* found = std::ranges::find(signs, text_.front(), &std::pair<char16_t, Kind>::first);
  put({found == std::end(signs) ? Kind::unknown : found->second});
  text_.remove_prefix(1);
}

}  // namespace

bool Span::contains(int minute) const {
  constexpr int day = 24 * hour;
  return (from <= minute && minute < to) || (from <= minute + day && minute + day < to);
}

std::optional<std::vector<Token>> tokens_of(std::string_view raw) {
  const auto text = normalised(raw);
  if (!text) return std::nullopt;
  return Lexer(*text).run();
}

}  // namespace segue::values
