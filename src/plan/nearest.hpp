// "did you mean": the name nearest to a mistyped one. Private to plan/.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace segue::plan {

// The nearest by edit distance, or "" if none is near.
std::string nearest(std::string_view wrong, const std::vector<std::string>& names);
// "; did you mean "steps"?" or "".
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace segue::plan
