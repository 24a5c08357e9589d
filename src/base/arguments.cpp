#include "base/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue {
namespace {

std::string known(const std::vector<Arguments::Option>& options) {
  std::vector<std::string> names;
  for (const auto& option : options) names.push_back(option.name);
  return "options here: " + join(names, " ");
}

}  // namespace

Arguments::Arguments(const std::vector<std::string>& words, const std::vector<Option>& options) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word.size() < 2 || word.substr(0, 2) != "--") {
      positional_.push_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto option = std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.name == name; });
    if (option == options.end()) throw Error(ErrorCode::usage, fmt::format("unknown option \"{}\"", name), known(options));
    if (values_.contains(name) && !option->repeats) throw Error(ErrorCode::usage, fmt::format("option \"{}\" is given twice", name));
    if (!option->takes_value && equals != std::string::npos) throw Error(ErrorCode::usage, fmt::format("option \"{}\" takes no value", name));
    if (!option->takes_value) values_[name].emplace_back();
    else if (equals != std::string::npos) values_[name].push_back(word.substr(equals + 1));
    else if (i + 1 < words.size()) values_[name].push_back(words[++i]);
    else throw Error(ErrorCode::usage, fmt::format("option \"{}\" wants a value", name));
  }
}

const std::string& Arguments::positional(std::size_t index, std::string_view what) const {
  if (index >= positional_.size()) throw Error(ErrorCode::usage, fmt::format("expected {}", what), "segue help shows every command");
  return positional_[index];
}

void Arguments::at_most(std::size_t words) const {
  if (positional_.size() > words) throw Error(ErrorCode::usage, fmt::format("unexpected word \"{}\"", positional_[words]), "segue help shows every command");
}

std::optional<std::string> Arguments::value(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second.back();
}

std::string Arguments::value_or(const std::string& name, std::string otherwise) const { return value(name).value_or(std::move(otherwise)); }

std::vector<std::string> Arguments::values(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::int64_t Arguments::integer_or(const std::string& name, std::int64_t otherwise, std::int64_t least, std::int64_t most) const {
  const auto text = value(name);
  if (!text) return otherwise;
  const auto number = to_integer(*text);
  if (!number || *number < least || *number > most)
    throw Error(ErrorCode::usage, fmt::format("option \"{}\": expected a whole number from {} to {}, got \"{}\"", name, least, most, *text));
  return *number;
}

}  // namespace segue
