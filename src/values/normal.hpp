// One spelling for all that look alike: what every reader reads instead of the raw text.
// Does: NFKC with case folding, plain digits, dashes, colons and quotes, one space for all runs of spaces and brackets.
// Does not: change words. Throws nothing for any bytes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace segue::values {

constexpr std::size_t longest_text = 400;                        // bytes; nobody writes a time in more

struct Normal {
  std::u16string text;                                           // without spaces at either end
  std::string why;                                               // not empty: cannot be read at all, and why
};
Normal normalised(std::string_view raw);

// Letters of scripts that put spaces between words: there a word ends where the letters end.
bool is_spaced_letter(char16_t c);
bool is_digit(char16_t c);
std::u16string from_utf8(std::string_view text);                 // of valid UTF-8, as it stands
std::string to_utf8(std::u16string_view text);

}  // namespace segue::values
