// What is dropped is kept: key, old values and a hash of the new row, in schema segue_archive.
// Does: copy, before the drop, everything needed to build a column or table again.
// Does not: drop anything, or follow later writes (those are computed from the new side when somebody goes back).
#pragma once
#include <string>

#include "steps/step.hpp"

namespace segue::steps {

struct Archived { std::string target, table, definition; std::int64_t rows = 0; };

// One archive for all retired columns of a table. Values are kept as text: their types may be dropped.
Archived archive_columns(Context& context, const std::string& table, const std::vector<std::string>& columns);
Archived archive_table(Context& context, const std::string& table);

}  // namespace segue::steps
