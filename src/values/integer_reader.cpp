// integer: a whole number in figures, with signs for thousands if they stand where they belong.
#include <algorithm>

#include "base/text.hpp"
#include "values/readers.hpp"

namespace segue::values {
namespace {

// "1,234" is a thousand in one country and one and a bit in another: unreadable. "1,234,567" is a number everywhere, and
// so is "1 234": nobody writes a fraction behind a space.
std::optional<std::u16string> without_thousands(std::u16string_view text) {
  std::u16string digits;
  char16_t separator = 0;
  std::size_t group = 0, groups = 0;
  for (const char16_t c : text) {
    if (is_digit(c)) {
      digits += c;
      ++group;
      continue;
    }
    const bool first = separator == 0;
    if ((c != u',' && c != u'.' && c != u' ' && c != u'\'') || (!first && c != separator)) return std::nullopt;
    if (group == 0 || group > 3 || (!first && group != 3)) return std::nullopt;
    separator = c;
    group = 0;
    ++groups;
  }
  if (separator != 0 && group != 3) return std::nullopt;
  if (groups == 1 && (separator == u',' || separator == u'.')) return std::nullopt;
  return digits.empty() ? std::nullopt : std::optional(digits);
}

class Integer : public Reader {
 public:
  explicit Integer(const Settings& settings) : least_(settings.least), most_(settings.most) {}

  Reading read(std::string_view raw) const override {
    const auto [normal, why] = normalised(raw);
    if (!why.empty()) return unreadable(why);
    if (normal.empty()) return unreadable("empty");
    std::u16string_view text = normal;
    const bool negative = text.front() == u'-';
    if (negative || text.front() == u'+') text.remove_prefix(1);
    const auto digits = without_thousands(text);
    if (!digits) return unreadable("not a whole number");
    const auto number = to_integer((negative ? "-" : "") + to_utf8(*digits));
    if (!number) return unreadable("too large a number");
    if ((least_ && *number < *least_) || (most_ && *number > *most_)) return unreadable("a number outside the plan's bounds");
    return certain(std::to_string(*number), digits->size() == text.size() ? "whole number" : "whole number with thousands");
  }

 private:
  std::optional<std::int64_t> least_, most_;
};

}  // namespace

std::unique_ptr<const Reader> make_integer(const Settings& settings) { return std::make_unique<Integer>(settings); }

}  // namespace segue::values
