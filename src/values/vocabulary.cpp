#include "values/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>

#include "base/error.hpp"
#include "base/text.hpp"
#include "embedded/languages.hpp"
#include "values/hours.hpp"
#include "values/normal.hpp"

namespace segue::values {
namespace {

const std::map<std::string_view, Kind>& kinds() {
  static const std::map<std::string_view, Kind> known = {
#define SEGUE_WORD_KIND(name, text, arguments) {text, Kind::name},
#include "values/word_kinds.def"
#undef SEGUE_WORD_KIND
  };
  return known;
}

// The files are part of the program, so a fault in one is a defect of it; a unit test loads each.
[[noreturn]] void refuse(std::string_view line) { throw std::logic_error(fmt::format("language data: \"{}\"", line)); }

std::string_view kept(const std::string& name) {
  static std::mutex mutex;
  static std::set<std::string> names;
  const std::scoped_lock lock(mutex);
  return *names.insert(name).first;
}

int minutes_in(std::string_view text, std::string_view line) {   // "29:00" is five in the next morning
  const auto parts = split_text(text, ':');
  const auto hours = to_integer(parts.at(0)), minutes = to_integer(parts.size() == 2 ? parts[1] : "");
  if (!hours || !minutes || *hours < 0 || *hours > 36 || *minutes < 0 || *minutes > 59) refuse(line);
  return static_cast<int>(*hours * 60 + *minutes);
}

Part part_of(const std::vector<std::string>& head, std::string_view line) {
  if (head.size() != 3) refuse(line);
  const auto ends = split_text(head[2], '-');
  const auto from = minutes_in(ends.at(0), line);
  return {kept(head[1]), from, ends.size() == 2 ? minutes_in(ends[1], line) : from};
}

// "part morning 00:00-12:00" or "number 9" or "hour".
Word word_of(std::string_view text, std::string_view line) {
  const auto head = split_text(text, ' ');
  const auto kind = kinds().find(head.at(0));
  if (kind == kinds().end()) refuse(line);
  Word word{kind->second};
  if (word.kind == Kind::part || word.kind == Kind::point) {
    word.part = part_of(head, line);
  } else if (word.kind == Kind::clock) {
    word.value = minutes_in(head.at(1), line);
  } else if (head.size() == 2) {
    const auto value = to_integer(head[1]);
    if (!value) refuse(line);
    word.value = static_cast<int>(*value);
  } else if (head.size() != 1) {
    refuse(line);
  }
  return word;
}

// "== ko ==" begins a language.
std::string_view section_of(std::string_view language) {
  const auto all = embedded::languages();
  const auto begin = all.find(fmt::format("== {} ==\n", language));
  if (begin == all.npos) return {};
  const auto end = all.find("\n== ", begin + 1);
  return all.substr(begin, end == all.npos ? all.npos : end + 1 - begin);
}

bool is_unit(Kind kind) { return kind == Kind::day || kind == Kind::month || kind == Kind::year; }

bool same(const Word& a, const Word& b) {
  return a.kind == b.kind && a.value == b.value && a.part.name == b.part.name && a.part.from == b.part.from && a.part.to == b.part.to;
}

}  // namespace

bool Part::contains(int minute) const {
  constexpr int day = 24 * 60;
  if (is_point()) return minute == from % day;
  return (from <= minute && minute < to) || (from <= minute + day && minute + day < to);
}

const std::vector<std::string>& Vocabulary::languages() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    for (const auto& line : split_text(embedded::languages(), '\n'))
      if (line.starts_with("== ") && line != "== common ==") names.push_back(line.substr(3, line.size() - 6));
    return names;
  }();
  return all;
}

std::shared_ptr<const Vocabulary> Vocabulary::of(const std::vector<std::string>& wanted) {
  static std::mutex mutex;
  static std::map<std::vector<std::string>, std::shared_ptr<const Vocabulary>> made;
  const std::scoped_lock lock(mutex);
  auto& vocabulary = made[wanted];
  if (vocabulary) return vocabulary;
  auto fresh = std::make_shared<Vocabulary>();
  fresh->read("common");
  for (const auto& language : wanted.empty() ? languages() : wanted) {
    if (std::ranges::find(languages(), language) == languages().end())
      throw Error(ErrorCode::usage, fmt::format("unknown language \"{}\"", language), "known languages: " + join(languages(), ", "));
    fresh->read(language);
  }
  for (auto& [first, entries] : fresh->by_first_)
    std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) { return a.text.size() > b.text.size(); });
  return vocabulary = fresh;
}

void Vocabulary::read(std::string_view language) {
  for (const auto& line : split_text(section_of(language), '\n')) {
    if (line.empty() || line.starts_with('#') || line.starts_with("== ")) continue;
    const auto colon = line.find(": ");
    if (colon == line.npos) refuse(line);
    const auto head = line.substr(0, colon);
    for (const auto& word : split_text(line.substr(colon + 2), '|')) {
      const auto normal = normalised(word);
      if (normal.text.empty()) refuse(line);
      if (head == "yes" || head == "no") truths_.emplace(normal.text, head == "yes");
      else add(normal.text, word_of(head, line));
    }
  }
}

void Vocabulary::add(std::u16string text, const Word& word) {
  auto& entries = by_first_[text.front()];
  const auto found = std::ranges::find(entries, text, &Entry::text);
  if (found == entries.end()) {
    entries.push_back({std::move(text), word});
  } else if (is_unit(word.kind) && !is_unit(found->word.kind)) {
    found->has_unit = true;
    found->unit = word;
  } else if (!same(found->word, word)) {
    found->word = Word{};
  }
}

Vocabulary::Found Vocabulary::find(std::u16string_view text) const {
  const auto bucket = by_first_.find(text.front());
  if (bucket == by_first_.end()) return {};
  for (const auto& entry : bucket->second) {
    if (!text.starts_with(entry.text)) continue;
    const auto length = entry.text.size();
    if (length < text.size() && is_spaced_letter(entry.text.back()) && is_spaced_letter(text[length])) continue;
    return {&entry.word, entry.has_unit ? &entry.unit : &entry.word, length};
  }
  return {};
}

const bool* Vocabulary::truth(std::u16string_view text) const {
  const auto found = truths_.find(std::u16string(text));
  return found == truths_.end() ? nullptr : &found->second;
}

}  // namespace segue::values
