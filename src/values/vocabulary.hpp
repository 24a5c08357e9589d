// The words of all languages, from the data files in languages/: a language is added there, not in code.
// Does: find the longest known word or phrase at the beginning of a text. Does not: know in what order words may stand.
// A word that two of the chosen languages give different meanings is ambiguous, and so unknown.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace segue::values {

enum class Kind {
  number, colon, dot, comma, semicolon, dash, slash, plus,       // made by the lexer
#define SEGUE_WORD_KIND(name, text, arguments) name,
#include "values/word_kinds.def"
#undef SEGUE_WORD_KIND
};

// A part of the day in minutes; its end may lie in the next day. Noon and midnight have no length.
struct Part {
  std::string_view name;                                         // "morning"; lives as long as the program
  int from = 0, to = 0;
  bool is_point() const { return from == to; }
  bool contains(int minute) const;
};

struct Word {
  Kind kind = Kind::unknown;
  int value = 0;                                                 // of numbers, months and shifts
  Part part = {};                                                // of parts of the day
};

class Vocabulary {
 public:
  // Of these languages ("ko", "ru", ...) and of what is common to all; every language if none is named.
  // Error{usage} for a language that has no file.
  static std::shared_ptr<const Vocabulary> of(const std::vector<std::string>& languages);
  static const std::vector<std::string>& languages();

  struct Found { const Word* word = nullptr; const Word* as_unit = nullptr; std::size_t length = 0; };
  // as_unit: what the word means right behind figures where that differs (the Korean 일: one; 15일: the 15th).
  Found find(std::u16string_view text) const;
  // Yes and no: true, false, or nothing for any other text.
  const bool* truth(std::u16string_view text) const;

 private:
  struct Entry { std::u16string text; Word word; bool has_unit = false; Word unit; };
  void read(std::string_view language);
  void add(std::u16string text, const Word& word);

  std::unordered_map<char16_t, std::vector<Entry>> by_first_;    // longest first
  std::unordered_map<std::u16string, bool> truths_;
};

}  // namespace segue::values
