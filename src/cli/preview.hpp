// What previews found, as status and show tell it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/table.hpp"
#include "journal/journal.hpp"
#include "plan/plan.hpp"

namespace segue::cli {

// The result as the journal has it; nothing where the step is not done.
std::optional<Table> result_of(const std::vector<journal::StepRecord>& records, const plan::Phase& phase, const plan::Step& step);
// Indented lines: title and table.
std::string text_of(const Table& table, const std::string& indent);
bool has_preview(const plan::Phase& phase);

}  // namespace segue::cli
