// Nodes as typed values: each function gives the value or fails at the node, naming what was expected. Private to plan/.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/yaml.hpp"

namespace segue::plan {

// A mapping whose keys are known (keys.hpp); any other key is an error when it is made.
class Fields {
 public:
  Fields(const Node& node, std::string_view object);
  const Node* find(std::string_view key) const;                  // nullptr where absent
  const Node& at(std::string_view key) const;                    // fails at the mapping where absent
  bool has(std::string_view key) const { return find(key) != nullptr; }
  const Node& key(std::string_view key) const;                   // the key itself, for its position
  const Where& where() const { return node_.where; }

 private:
  const Node& node_;
  std::string object_;
};

[[noreturn]] void fail_expected(const Node& node, const std::string& expected, const std::string& hint = {});
const Node& mapping_of(const Node& node, const std::string& expected);
const Node& list_of(const Node& node, const std::string& expected);             // never empty
std::string text_of(const Node& node, const std::string& expected);             // never empty
std::string name_of(const Node& node, const std::string& expected);             // [a-z0-9][a-z0-9_-]*
bool truth_of(const Node& node);
std::int64_t number_of(const Node& node, std::int64_t least, std::int64_t most);
int percent_of(const Node& node);                                               // "5%" or "5"
std::chrono::milliseconds duration_of(const Node& node);                        // "500ms", "10s", "5min", "24h"
std::int64_t bytes_of(const Node& node);                                        // "500MB", "200GB"
std::string column_of(const Node& node);                                        // taken literally
std::string table_of(const Node& node);                                         // plain or "quoted"
Target target_of(const Node& node);                                             // table or table.column
Target table_column_of(const Node& node);                                       // table.column

}  // namespace segue::plan
