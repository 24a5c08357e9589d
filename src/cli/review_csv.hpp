// The review queue as a file for a spreadsheet, and back: text, rows, first, last, meaning, reason; nothing else of a patient.
#pragma once
#include <string>
#include <vector>

#include "engine/review.hpp"

namespace segue::cli {

std::string csv_of(const std::vector<engine::Text>& texts, bool with_mark);
// Rows without a meaning are undecided and left out. `reason`: of rows that give none.
// A line that is no such row is a wish with a problem. Error{refused} for a file without a header or with an open quote.
std::vector<engine::Wish> wishes_of(const std::string& file, const std::string& value, const std::string& actor, const std::string& reason);

}  // namespace segue::cli
