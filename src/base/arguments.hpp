// The command line of every program here: positional words, --name VALUE, --name=VALUE and --flag.
// Does: refuse what it does not know, and say what it does know. Does not: print or exit.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

class Arguments {
 public:
  struct Option { std::string name; bool takes_value = false; bool repeats = false; };
  // Error{usage} for an unknown option, a missing value, or an option given twice that does not repeat.
  Arguments(const std::vector<std::string>& words, const std::vector<Option>& options);

  const std::vector<std::string>& positional() const { return positional_; }
  // Error{usage} naming `what` if there is no such word.
  const std::string& positional(std::size_t index, std::string_view what) const;
  void at_most(std::size_t words) const;
  bool has(const std::string& name) const { return values_.contains(name); }
  std::optional<std::string> value(const std::string& name) const;
  std::string value_or(const std::string& name, std::string otherwise) const;
  std::vector<std::string> values(const std::string& name) const;
  // Error{usage} if it is not a whole number within the bounds.
  std::int64_t integer_or(const std::string& name, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;

 private:
  std::vector<std::string> positional_;
  std::map<std::string, std::vector<std::string>> values_;
};

}  // namespace segue
