#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "plan/keys.hpp"
#include "plan/nearest.hpp"
#include "plan/readers.hpp"
#include "plan/value_reader.hpp"
#include "sql/statement.hpp"

namespace segue::plan {
namespace {

// What each reader may be told; a * marks what it must be.
const std::vector<std::pair<std::string, std::vector<std::string>>> keys_of_readers = {
    {"time-of-day", {"becomes*", "hours", "languages"}}, {"enum", {"labels*"}},  {"integer", {"least", "most"}},
    {"date", {"order", "languages"}},                    {"phone", {"country"}}, {"boolean", {"languages"}}};
const std::vector<std::string> keys_of_all = {"column", "dates", "reader", "expression", "unreadable", "decided"};

// before "12:00" -> 12:00; "" for any other key.
std::string boundary_of(const std::string& key) {
  constexpr std::string_view prefix = "before \"";
  if (!key.starts_with(prefix) || !key.ends_with('"')) return {};
  const auto time = key.substr(prefix.size(), key.size() - prefix.size() - 1);
  return values::clock_of(time) ? time : std::string();
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

// A misspelt meaning would be written into rows, so only what the reader itself could say counts.
std::string meaning_of(const Node& node, const ValueDef& value) {
  const auto meaning = text_of(node, "a meaning");
  const auto meanings = meanings_of(value).value_or(std::vector<std::string>());   // none: more than one can list
  if (!meanings.empty() && std::find(meanings.begin(), meanings.end(), meaning) == meanings.end())
    fail(node.where, "expected one of the meanings " + join(meanings, ", ") + ", got " + quoted(meaning) + did_you_mean(meaning, meanings));
  if (meanings.empty() && value.expression.empty())
    if (const auto read = reader_of(value)->read(meaning).meaning; read != meaning)
      fail_expected(node, read ? "the meaning as the reader writes it, " + quoted(*read) : "a meaning that reader " + quoted(value.reader) + " could give");
  return meaning;
}

void read_decided(const Node& node, ValueDef& value) {
  mapping_of(node, "a mapping of raw texts to meanings");
  std::vector<std::pair<std::string, std::string>> decided;
  for (std::size_t i = 0; i < node.keys.size(); ++i) decided.emplace_back(node.keys[i].text, meaning_of(node.items[i], value));
  value.decided = std::move(decided);
}

void read_labels(const Node& node, ValueDef& value) {
  mapping_of(node, "a mapping of labels to lists of synonyms");
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    auto& [label, synonyms] = value.labels.emplace_back(node.keys[i].text, std::vector<std::string>());
    if (label.empty()) fail_expected(node.keys[i], "a label");
    const auto& items = node.items[i];
    if (items.kind == Node::Kind::list)
      for (const auto& item : items.items) synonyms.push_back(text_of(item, "a synonym"));
    else if (items.kind != Node::Kind::scalar || !items.text.empty())
      fail_expected(items, "a list of synonyms");
  }
  if (value.labels.empty()) fail(node.where, "expected at least one label, got none");
}

void read_languages(const Node& node, ValueDef& value) {
  for (const auto& item : list_of(node, "a list of languages").items) value.languages.push_back(text_of(item, "a language"));
}

std::string expression_of(const Node& node) {
  const auto expression = text_of(node, "a SQL expression over raw, the text");
  sql::check_expression(node.where.text(), expression);
  return expression;
}

std::string hours_of(const Node& node) {
  auto text = text_of(node, "opening hours such as \"09:00-18:00\"");
  if (!values::Hours::parse(text)) fail_expected(node, "opening hours such as \"09:00-18:00\"", "several windows are separated by commas, in order");
  return text;
}

std::string order_of(const Node& node) {
  auto order = text_of(node, "day-first or month-first");
  if (order != "day-first" && order != "month-first") fail_expected(node, "day-first or month-first");
  return order;
}

// Its name is written value(name) in SQL, so it has to be one word there.
std::string value_name(const Node& key) {
  const auto name = name_of(key, "a name");
  if (name.find('-') != std::string::npos || (name[0] >= '0' && name[0] <= '9'))
    fail_expected(key, "a name of a-z, 0-9 and _ that begins with a letter", "SQL uses it as value(name)");
  return name;
}

void read_way(const Fields& fields, ValueDef& value) {
  if (const Node* expression = fields.find("expression")) value.expression = expression_of(*expression);
  if (!fields.has("reader") && value.expression.empty()) fail(fields.where(), "expected key \"reader\" or \"expression\" in value, got none");
  if (!fields.has("reader")) return;
  const auto& node = fields.at("reader");
  value.reader = text_of(node, "a reader");
  if (!value.expression.empty()) fail(fields.key("reader").where, "expected one of reader and expression, got both");
  const auto& known = values::reader_names();
  if (std::find(known.begin(), known.end(), value.reader) == known.end())
    fail(node.where, "unknown reader " + quoted(value.reader) + did_you_mean(value.reader, known), "known readers: " + join(known, ", "));
}

void read_settings(const Fields& fields, ValueDef& value) {
  if (const Node* becomes = fields.find("becomes")) read_becomes(*becomes, value);
  if (const Node* hours = fields.find("hours")) value.hours = hours_of(*hours);
  if (const Node* languages = fields.find("languages")) read_languages(*languages, value);
  if (const Node* labels = fields.find("labels")) read_labels(*labels, value);
  if (const Node* least = fields.find("least")) value.least = number_of(*least, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
  if (const Node* most = fields.find("most")) value.most = number_of(*most, value.least.value_or(std::numeric_limits<std::int64_t>::min()), std::numeric_limits<std::int64_t>::max());
  if (const Node* order = fields.find("order")) value.order = order_of(*order);
  if (const Node* country = fields.find("country")) value.country = text_of(*country, "a country such as KR");
}

// Each reader has its own settings: one that would have no effect is a mistake.
void check_settings(const Fields& fields, const ValueDef& value) {
  std::vector<std::string> own;
  for (const auto& [reader, keys] : keys_of_readers)
    if (reader == value.reader) own = keys;
  for (auto& key : own) {
    const bool needed = key.ends_with('*');
    if (needed) key.pop_back();
    if (needed) fields.at(key);
  }
  for (const auto& key : keys_of("value")) {
    const bool known = std::find(own.begin(), own.end(), key) != own.end() || std::find(keys_of_all.begin(), keys_of_all.end(), key) != keys_of_all.end();
    if (!known && fields.has(key))
      fail(fields.key(key).where, "unexpected key " + quoted(key) + (value.reader.empty() ? " beside expression" : " of reader " + quoted(value.reader)));
  }
}

ValueDef read_value(const Node& key, const Node& node) {
  ValueDef value;
  value.name = value_name(key);
  value.where = key.where;
  const Fields fields(node, "value");
  const auto source = table_column_of(fields.at("column"));
  value.table = source.table;
  value.column = source.column;
  if (const Node* dates = fields.find("dates")) {
    value.dates = column_of(*dates);
    if (value.dates == value.column) fail_expected(*dates, "another column than the text's");
  }
  read_way(fields, value);
  read_settings(fields, value);
  check_settings(fields, value);
  if (value.expression.empty()) reader_of(value);
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
