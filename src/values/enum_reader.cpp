// enum: one of the plan's labels, or one of its synonyms, in any case, width and spacing.
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "values/readers.hpp"

namespace segue::values {
namespace {

// "Skin-Care", "skin care" and "skin_care" are one spelling.
std::u16string folded(std::u16string_view text) {
  std::u16string kept;
  for (const char16_t c : text)
    if (c != u' ' && c != u'-' && c != u'_') kept += c;
  return kept;
}

class Enum : public Reader {
 public:
  explicit Enum(const Settings& settings) {
    if (settings.labels.empty()) throw Error(ErrorCode::usage, "reader \"enum\" wants labels");
    for (const auto& [label, synonyms] : settings.labels) {
      add(label, label);
      for (const auto& synonym : synonyms) add(synonym, label);
    }
  }

  Reading read(std::string_view raw) const override {
    auto [text, why] = normalised(raw);
    if (!why.empty()) return unreadable(std::move(why));
    if (text.empty()) return unreadable("empty");
    const auto found = labels_.find(folded(text));
    return found == labels_.end() ? unreadable("no label and no synonym") : certain(found->second, "label");
  }

 private:
  void add(const std::string& spelling, const std::string& label) {
    const auto text = folded(normalised(spelling).text);
    if (text.empty()) throw Error(ErrorCode::usage, fmt::format("\"{}\" has no letter or digit to read it by", spelling));
    const auto [place, fresh] = labels_.emplace(text, label);
    if (!fresh && place->second != label)
      throw Error(ErrorCode::usage, fmt::format("\"{}\" stands for \"{}\" and for \"{}\"", spelling, place->second, label));
  }

  std::unordered_map<std::u16string, std::string> labels_;
};

}  // namespace

std::unique_ptr<const Reader> make_enum(const Settings& settings) { return std::make_unique<Enum>(settings); }

}  // namespace segue::values
