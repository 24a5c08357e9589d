// What a text looks like, without what it says: digits, letters and scripts folded into one sign each.
// "9:30 AM" is "9:99 AA", "오전 9시" is "가가 9가". More than four of a kind are "aaaa+", more than 40 signs end in "…".
#pragma once
#include <string>
#include <string_view>

namespace segue::values {

std::string shape_of(std::string_view raw);

}  // namespace segue::values
