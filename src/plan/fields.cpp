#include "plan/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"
#include "plan/keys.hpp"
#include "plan/nearest.hpp"

namespace segue::plan {
namespace {

constexpr std::size_t longest_name = 40;                         // leaves room in the names segue makes of it
constexpr std::size_t longest_identifier = 63;

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= longest_name && letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || c == '_' || c == '-'; });
}

std::string object_title(const std::string& object) { return replace_all(object, "_", " "); }

}  // namespace

Fields::Fields(const Node& node, std::string_view object)
    : node_(mapping_of(node, "a mapping (" + object_title(std::string(object)) + ")")), object_(object) {
  const auto& known = keys_of(object);
  for (const auto& key : node.keys)
    if (std::find(known.begin(), known.end(), key.text) == known.end())
      fail(key.where, "unknown key " + quoted(key.text) + did_you_mean(key.text, known), "known keys: " + join(known, ", "));
}

const Node* Fields::find(std::string_view key) const {
  const auto& known = keys_of(object_);
  if (std::find(known.begin(), known.end(), key) == known.end())
    throw std::logic_error("key \"" + std::string(key) + "\" is missing in keys.cpp");
  for (std::size_t i = 0; i < node_.keys.size(); ++i)
    if (node_.keys[i].text == key) return &node_.items[i];
  return nullptr;
}

const Node& Fields::at(std::string_view key) const {
  if (const Node* node = find(key)) return *node;
  fail(node_.where, fmt::format("expected key \"{}\" in {}, got none", key, object_title(object_)));
}

const Node& Fields::key(std::string_view key) const {
  return *std::find_if(node_.keys.begin(), node_.keys.end(), [&](const Node& node) { return node.text == key; });
}

void fail_expected(const Node& node, const std::string& expected, const std::string& hint) {
  fail(node.where, "expected " + expected + ", got " + describe(node), hint);
}

const Node& mapping_of(const Node& node, const std::string& expected) {
  if (node.kind != Node::Kind::mapping) fail_expected(node, expected);
  return node;
}

const Node& list_of(const Node& node, const std::string& expected) {
  if (node.kind != Node::Kind::list) fail_expected(node, expected);
  if (node.items.empty()) fail(node.where, "expected " + expected + ", got an empty list");
  return node;
}

std::string text_of(const Node& node, const std::string& expected) {
  if (node.kind != Node::Kind::scalar || trim(node.text).empty()) fail_expected(node, expected);
  return node.text;
}

std::string name_of(const Node& node, const std::string& expected) {
  const auto text = text_of(node, expected);
  if (!is_name(text))
    fail_expected(node, expected + " of at most 40 of a-z, 0-9, _ and -, beginning with a letter or digit");
  return text;
}

bool truth_of(const Node& node) {
  if (node.kind == Node::Kind::scalar && node.text == "true") return true;
  if (node.kind == Node::Kind::scalar && node.text == "false") return false;
  fail_expected(node, "true or false");
}

std::int64_t number_of(const Node& node, std::int64_t least, std::int64_t most) {
  const auto number = node.kind == Node::Kind::scalar ? to_integer(node.text) : std::nullopt;
  if (!number || *number < least || *number > most)
    fail_expected(node, fmt::format("a whole number from {} to {}", least, most));
  return *number;
}

int percent_of(const Node& node) {
  std::string_view text = node.kind == Node::Kind::scalar ? trim(node.text) : std::string_view();
  if (text.ends_with('%')) text.remove_suffix(1);
  const auto number = to_integer(text);
  if (!number || *number < 0 || *number > 100) fail_expected(node, "a whole percentage from 0% to 100%");
  return static_cast<int>(*number);
}

std::chrono::milliseconds duration_of(const Node& node) {
  if (node.kind == Node::Kind::scalar)
    if (const auto duration = to_duration(node.text)) return *duration;
  fail_expected(node, "a duration such as 500ms, 10s, 5min or 24h");
}

std::int64_t bytes_of(const Node& node) {
  if (node.kind == Node::Kind::scalar)
    if (const auto bytes = to_bytes(node.text); bytes && *bytes > 0) return *bytes;
  fail_expected(node, "a size above 0 such as 512kB, 500MB, 200GB or 2TB");
}

std::string column_of(const Node& node) {
  const auto name = text_of(node, "a column name");
  if (name.size() > longest_identifier) fail_expected(node, "a column name of at most 63 bytes");
  return name;
}

}  // namespace segue::plan
