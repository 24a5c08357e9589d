// The words, numbers and signs of a normalised text.
// Does: look words up in the vocabulary, compose numerals (이십오, 十一).
// Does not: know what order they may stand in (see time_grammar.hpp).
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "values/vocabulary.hpp"

namespace segue::values {

struct Token {
  Kind kind = Kind::unknown;
  int value = 0;                                                 // of a number, a month name, a shift
  int digits = 0;                                                // of a number in figures as written
  bool needs_unit = false;                                       // a number in words that is one only with its unit
  Part part = {};
  bool gap = false;                                              // a space stands before it
};

// Nothing if there is a word or sign that nobody knows: then the text is about something else.
std::optional<std::vector<Token>> tokens_of(std::u16string_view text, const Vocabulary& vocabulary);

}  // namespace segue::values
