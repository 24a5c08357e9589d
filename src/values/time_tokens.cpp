#include "values/time_tokens.hpp"

#include <algorithm>

#include "values/normal.hpp"

namespace segue::values {
namespace {

constexpr int most_digits = 9;

class Lexer {
 public:
  Lexer(std::u16string_view text, const Vocabulary& vocabulary) : text_(text), vocabulary_(vocabulary) {}
  bool run();
  std::vector<Token> take() { return std::move(tokens_); }

 private:
  bool word();
  void put_word(const Word& word);
  void number();
  bool sign();
  bool behind_figures() const { return !gap_ && !tokens_.empty() && tokens_.back().kind == Kind::number && tokens_.back().digits > 0; }
  void put(Token token) {
    token.gap = gap_;
    gap_ = false;
    tokens_.push_back(token);
  }

  std::u16string_view text_;                                     // what is still to be read
  const Vocabulary& vocabulary_;
  bool gap_ = false;
  std::vector<Token> tokens_;
};

bool Lexer::run() {
  while (!text_.empty()) {
    if (text_.front() == u' ') {
      gap_ = true;
      text_.remove_prefix(1);
    } else if (!word()) {
      if (is_digit(text_.front())) number();
      else if (!sign()) return false;
    }
    if (!tokens_.empty() && tokens_.back().kind == Kind::unknown) return false;
  }
  return true;
}

bool Lexer::word() {
  const auto found = vocabulary_.find(text_);
  if (found.word == nullptr) return false;
  text_.remove_prefix(found.length);
  put_word(behind_figures() ? *found.as_unit : *found.word);
  return true;
}

void Lexer::put_word(const Word& word) {
  const bool after_number = !tokens_.empty() && tokens_.back().kind == Kind::number;
  switch (word.kind) {
    case Kind::number_word: return put({Kind::number, word.value});
    case Kind::numeral: return put({Kind::number, word.value, 0, true});
    case Kind::one_hour:
      if (!after_number) put({Kind::number, 1});
      return put({Kind::hour});
    default: return put({word.kind, word.value, 0, false, word.part});
  }
}

void Lexer::number() {
  Token token{Kind::number};
  for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1), ++token.digits)
    if (token.digits < most_digits) token.value = token.value * 10 + (text_.front() - u'0');
  put(token);
}

bool Lexer::sign() {
  constexpr std::pair<char16_t, Kind> signs[] = {{u':', Kind::colon}, {u'.', Kind::dot},   {u',', Kind::comma}, {u';', Kind::semicolon},
                                                 {u'-', Kind::dash},  {u'/', Kind::slash}, {u'+', Kind::plus}};
  const auto* found = std::ranges::find(signs, text_.front(), &std::pair<char16_t, Kind>::first);
  if (found == std::end(signs)) return false;
  put({found->second});
  text_.remove_prefix(1);
  return true;
}

// 이 십 오 -> 25: a digit, ten and a digit that nothing separates become one number.
std::vector<Token> with_numerals(const std::vector<Token>& tokens) {
  std::vector<Token> composed;
  composed.reserve(tokens.size());
  for (std::size_t at = 0; at < tokens.size();) {
    const auto& first = tokens[at];
    if (first.kind != Kind::digit && first.kind != Kind::ten) {
      composed.push_back(first);
      ++at;
      continue;
    }
    const auto joined = [&](Kind kind) { return at < tokens.size() && tokens[at].kind == kind && !tokens[at].gap; };
    Token number{Kind::number, first.kind == Kind::ten ? 10 : first.value, 0, true, {}, first.gap};
    ++at;
    if (first.kind == Kind::digit && joined(Kind::ten)) {
      number.value *= 10;
      ++at;
    }
    if (number.value % 10 == 0 && joined(Kind::digit)) number.value += tokens[at++].value;
    composed.push_back(number);
  }
  return composed;
}

}  // namespace

std::optional<std::vector<Token>> tokens_of(std::u16string_view text, const Vocabulary& vocabulary) {
  Lexer lexer(text, vocabulary);
  if (!lexer.run()) return std::nullopt;
  return with_numerals(lexer.take());
}

}  // namespace segue::values
