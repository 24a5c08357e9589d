// A YAML file as nodes with positions. Private to plan/.
// Does: compose libyaml's events; refuse what a plan never needs (aliases, anchors, tags, a second document, duplicate
//       keys, depth over 64, more than 1 MiB, bytes that are not UTF-8), with the position.
// Does not: give scalars a type: `no` stays "no"; whoever reads a scalar knows what it should be.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.hpp"

namespace segue::plan {

struct Node {
  enum class Kind { scalar, list, mapping };
  Kind kind = Kind::scalar;
  Where where;
  std::string text;                                              // of a scalar
  bool plain = false;                                            // the scalar stands without quotes
  std::vector<Node> keys;                                        // of a mapping: keys[i] belongs to items[i]
  std::vector<Node> items;                                       // of a list or a mapping
  bool is_nothing() const { return kind == Kind::scalar && plain && text.empty(); }
};

Node read_yaml(const std::string& file, std::string_view bytes);

// Error{plan_file} "FILE:LINE:COLUMN: message".
[[noreturn]] void fail(const Where& where, const std::string& message, const std::string& hint = {});
// "\"text\"" (shortened, on one line), "nothing", "a list" or "a mapping": the end of "expected ..., got ...".
std::string describe(const Node& node);
std::string quoted(std::string_view text);
// The position of a byte: lines and characters counted from 1.
Where position_of(const std::string& file, std::string_view bytes, std::size_t offset);

}  // namespace segue::plan
