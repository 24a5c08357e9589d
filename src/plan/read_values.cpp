#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "plan/nearest.hpp"
#include "plan/readers.hpp"

namespace segue::plan {
namespace {

const std::vector<std::string> readers = {"time-of-day"};

bool is_clock_time(std::string_view text) {                      // "00:00" to "24:00"
  if (text.size() != 5 || text[2] != ':') return false;
  const auto hours = to_integer(text.substr(0, 2)), minutes = to_integer(text.substr(3));
  if (!hours || !minutes || *hours < 0 || *minutes < 0) return false;
  return (*hours < 24 && *minutes < 60) || text == "24:00";
}

// before "12:00" -> 12:00; "" for any other key.
std::string boundary_of(const std::string& key) {
  constexpr std::string_view prefix = "before \"";
  if (!key.starts_with(prefix) || !key.ends_with('"')) return {};
  const auto time = key.substr(prefix.size(), key.size() - prefix.size() - 1);
  return is_clock_time(time) ? time : std::string();
}

void read_becomes(const Node& node, ValueDef& value) {
  mapping_of(node, "a mapping of before \"HH:MM\" and otherwise to meanings");
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const auto& key = node.keys[i];
    const auto meaning = text_of(node.items[i], "a meaning");
    if (key.text == "otherwise") { value.otherwise = meaning; continue; }
    const auto before = boundary_of(key.text);
    if (before.empty()) fail_expected(key, "before \"HH:MM\" or otherwise");
    if (!value.becomes.empty() && before <= value.becomes.back().before)
      fail_expected(key, "a time after \"" + value.becomes.back().before + "\"", "boundaries are read top down");
    value.becomes.push_back({before, meaning});
  }
  if (value.becomes.empty()) fail(node.where, "expected at least one before \"HH:MM\", got none");
  if (value.otherwise.empty()) fail(node.where, "expected key \"otherwise\" in becomes, got none");
}

// A misspelt meaning would be written into rows, so only those of `becomes` count.
std::string meaning_of(const Node& node, const ValueDef& value) {
  const auto meaning = text_of(node, "a meaning");
  std::vector<std::string> meanings;
  for (const auto& boundary : value.becomes) meanings.push_back(boundary.meaning);
  meanings.push_back(value.otherwise);
  if (std::find(meanings.begin(), meanings.end(), meaning) == meanings.end())
    fail(node.where, "expected one of the meanings " + join(meanings, ", ") + ", got " + quoted(meaning) + did_you_mean(meaning, meanings));
  return meaning;
}

void read_decided(const Node& node, ValueDef& value) {
  mapping_of(node, "a mapping of raw texts to meanings");
  for (std::size_t i = 0; i < node.keys.size(); ++i)
    value.decided.emplace_back(node.keys[i].text, meaning_of(node.items[i], value));
}

std::string hours_of(const Node& node) {
  const auto text = text_of(node, "opening hours such as \"09:00-18:00\"");
  const auto ends = split_text(text, '-');
  if (ends.size() != 2 || !is_clock_time(ends[0]) || !is_clock_time(ends[1]) || ends[0] >= ends[1])
    fail_expected(node, "opening hours such as \"09:00-18:00\"");
  return text;
}

// Its name is written value(name) in SQL, so it has to be one word there.
std::string value_name(const Node& key) {
  const auto name = name_of(key, "a name");
  if (name.find('-') != std::string::npos || (name[0] >= '0' && name[0] <= '9'))
    fail_expected(key, "a name of a-z, 0-9 and _ that begins with a letter", "SQL uses it as value(name)");
  return name;
}

ValueDef read_value(const Node& key, const Node& node) {
  ValueDef value;
  value.name = value_name(key);
  value.where = key.where;
  const Fields fields(node, "value");
  const auto source = table_column_of(fields.at("column"));
  value.table = source.table;
  value.column = source.column;
  value.reader = text_of(fields.at("reader"), "a reader");
  if (std::find(readers.begin(), readers.end(), value.reader) == readers.end())
    fail(fields.at("reader").where, "unknown reader " + quoted(value.reader) + did_you_mean(value.reader, readers),
         "known readers: " + join(readers, ", "));
  read_becomes(fields.at("becomes"), value);
  if (const Node* hours = fields.find("hours")) value.hours = hours_of(*hours);
  if (const Node* unreadable = fields.find("unreadable")) {
    const Fields inner(*unreadable, "unreadable");
    if (const Node* live = inner.find("live")) value.live = meaning_of(*live, value);
  }
  if (const Node* decided = fields.find("decided")) read_decided(*decided, value);
  return value;
}

}  // namespace

std::vector<ValueDef> read_values(const Node& node) {
  mapping_of(node, "a mapping of names to values");
  std::vector<ValueDef> values;
  for (std::size_t i = 0; i < node.keys.size(); ++i) values.push_back(read_value(node.keys[i], node.items[i]));
  return values;
}

}  // namespace segue::plan
