// The options of one command of an application program: base/arguments.hpp with the command's name in every error.
// Does not: take positional words.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arguments.hpp"
#include "base/error.hpp"

namespace segue {

class Options {
 public:
  using Names = std::vector<std::string>;
  // `command` is "reservations load"; argv[0] is the program or the command itself, then the options follow.
  Options(std::string command, int argc, char** argv, const Names& with_value, const Names& flags)
      : command_(std::move(command)), arguments_(words(command_, argc, argv), known(with_value, flags)) {
    arguments_.at_most(0);
  }

  bool has(const std::string& name) const { return arguments_.has(name); }
  std::optional<std::string> text(const std::string& name) const { return arguments_.value(name); }
  std::vector<std::string> all(const std::string& name) const { return arguments_.values(name); }
  std::int64_t integer(const std::string& name, std::int64_t otherwise, std::int64_t lowest, std::int64_t highest) const {
    return arguments_.integer_or(name, otherwise, lowest, highest);
  }

  std::string required(const std::string& name) const {
    auto value = text(name);
    if (!value || value->empty()) throw usage(fmt::format("option \"{}\" is missing", name));
    return *value;
  }

  // --database, or what SEGUE_DATABASE says.
  std::string database() const {
    const char* fallback = std::getenv("SEGUE_DATABASE");
    return !has("--database") && fallback != nullptr ? std::string(fallback) : required("--database");
  }

  Error usage(std::string message) const {
    return Error(ErrorCode::usage, std::move(message), fmt::format("see \"{} --help\"", command_));
  }

 private:
  static std::vector<std::string> words(const std::string& command, int argc, char** argv) {
    const auto own = command.substr(command.rfind(' ') + 1);
    return {argv + std::min(argc, argc > 1 && argv[1] == own ? 2 : 1), argv + argc};
  }
  static std::vector<Arguments::Option> known(const Names& with_value, const Names& flags) {
    std::vector<Arguments::Option> options;
    for (const auto& name : with_value) options.push_back({name, true, true});
    for (const auto& name : flags) options.push_back({name, false, true});
    return options;
  }

  std::string command_;
  Arguments arguments_;
};

}  // namespace segue
