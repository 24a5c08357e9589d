// A text of any bytes, safe to print on a terminal and in a tab separated line: in double quotes, with \" \\ \t \n \r,
// \xHH for bytes that are no UTF-8 and \u{HHHH} for characters that do not show (controls, marks that turn the direction).
#pragma once
#include <string>
#include <string_view>

namespace segue::values {

std::string quoted(std::string_view raw);
// Valid UTF-8: what is none becomes U+FFFD, as JSON needs it.
std::string readable_utf8(std::string_view raw);

}  // namespace segue::values
