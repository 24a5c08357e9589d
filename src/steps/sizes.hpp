// How large a table is, and what a row or an index entry of it takes: from the catalog and the planner's statistics.
// Does not: read rows. What was never analysed is guessed by its type, as the planner does.
#pragma once
#include <string>
#include <vector>

#include "pg/connection.hpp"

namespace segue::steps {

struct Sizes {
  double rows = 0, heap = 0, indexes = 0;                        // bytes; heap with TOAST
  int index_count = 0;
  double row() const { return rows > 0 ? heap / rows : 0; }
  double entry() const { return rows > 0 ? indexes / rows : 0; } // of all indexes together
};
// All zero where there is no such table.
Sizes sizes_of(pg::Connection& db, const sql::QualifiedName& table);

struct Width { double bytes = 16, distinct = 0; bool indexed = false; };   // distinct 0: unknown
Width width_of(pg::Connection& db, const sql::QualifiedName& table, const std::string& column);
double width_of_all(pg::Connection& db, const sql::QualifiedName& table, const std::vector<std::string>& columns);

// One entry of a b-tree over these columns, with what its pages leave empty.
double entry_bytes(pg::Connection& db, const sql::QualifiedName& table, const std::vector<std::string>& columns, double rows);

}  // namespace segue::steps
