// The objects of a plan file and the keys of each: the one list that the reader refuses by, that messages suggest
// from, and that docs/plan.schema.json is tested against. Private to plan/.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace segue::plan {

struct ObjectKeys {
  std::string object;                                            // the name in "$defs" of the schema
  std::vector<std::string> keys;
};
const std::vector<ObjectKeys>& all_keys();
const std::vector<std::string>& keys_of(std::string_view object);
// "sql", "profile", ...: the key that says what a step does; its object is "<kind>_step".
const std::vector<std::string>& step_kinds();

}  // namespace segue::plan
