// The rows of a mapping's table, each with what its new side should be. Private to mapping/.
// Does: put both beside each other, as FROM item b, and say where they differ and whether anything is missing.
// Does not: write.
#pragma once
#include "mapping/expressions.hpp"

namespace segue::mapping {

// The row beside the plan's own FROM item: a name that no plan gives a table of its own.
inline constexpr const char* row = "segue_row";

// Condition over a repair entry q: it is this mapping's, and open.
Sql open_repairs(const Resolved& mapping);

// (select segue_row.*, what each new column should be as segue_1, segue_2, ...) b
Sql with_computed(const Resolved& mapping, const Slice& slice, bool keep_unread);
Sql computed(std::size_t i);                                     // segue_1 for the first column
Sql differs(const Derived& column, std::size_t i);
Sql any_differs(const Resolved& mapping);
// Nothing is missing of the row b: each column is filled, or is not required and computed to be NULL.
Sql is_complete(const Resolved& mapping);

}  // namespace segue::mapping
