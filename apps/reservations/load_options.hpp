// Command-line options of one command: "--name value", "--name=value" and plain flags.
// Does: refuse what the command does not know, a missing value and a number out of bounds, with Error{usage}.
// Does not: take positional arguments or know any command.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::reservations {

using Names = std::vector<std::string_view>;

class Options {
 public:
  // `command` is "reservations load"; argv[0] is the program or the command itself, then the options follow.
  Options(std::string_view command, int argc, char** argv, const Names& with_value, const Names& flags)
      : command_(command) {
    const std::string_view own = command.substr(command.rfind(' ') + 1);
    int at = 1;
    if (at < argc && argv[at] == own) ++at;
    for (; at < argc; ++at) {
      const std::string_view word = argv[at];
      const auto equals = word.find('=');
      const std::string_view name = word.substr(0, equals);
      if (contains(flags, name) && equals == word.npos)
        given_.emplace_back(name, "");
      else if (!contains(with_value, name))
        throw usage(fmt::format("unknown argument \"{}\"", name));
      else if (equals != word.npos)
        given_.emplace_back(name, word.substr(equals + 1));
      else if (at + 1 < argc)
        given_.emplace_back(name, argv[++at]);
      else
        throw usage(fmt::format("option \"{}\" wants a value", name));
    }
  }

  bool has(std::string_view name) const { return text(name).has_value(); }

  // The last one given wins.
  std::optional<std::string> text(std::string_view name) const {
    for (auto option = given_.rbegin(); option != given_.rend(); ++option)
      if (option->first == name) return option->second;
    return std::nullopt;
  }

  std::vector<std::string> all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [given, value] : given_)
      if (given == name) values.push_back(value);
    return values;
  }

  std::string required(std::string_view name) const {
    auto value = text(name);
    if (!value || value->empty()) throw usage(fmt::format("option \"{}\" is missing", name));
    return *value;
  }

  // --database, or what SEGUE_DATABASE says.
  std::string database() const {
    const char* fallback = std::getenv("SEGUE_DATABASE");
    return !has("--database") && fallback != nullptr ? std::string(fallback) : required("--database");
  }

  std::int64_t integer(std::string_view name, std::int64_t otherwise, std::int64_t lowest, std::int64_t highest) const {
    const auto value = text(name);
    if (!value) return otherwise;
    const auto number = to_integer(*value);
    if (!number || *number < lowest || *number > highest)
      throw usage(fmt::format("option \"{}\" wants a whole number from {} to {}, got \"{}\"", name, lowest, highest, *value));
    return *number;
  }

  Error usage(std::string message) const {
    return Error(ErrorCode::usage, std::move(message), fmt::format("see \"{} --help\"", command_));
  }

 private:
  static bool contains(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  std::string command_;
  std::vector<std::pair<std::string, std::string>> given_;
};

}  // namespace segue::reservations
