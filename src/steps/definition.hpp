// What vanishes with dropped columns, or with a whole table, as text from which rebuild.hpp and restore.cpp make it again.
// Does: read types, defaults, NOT NULL, constraints, indexes, extended statistics, comments, storage and rights, those of single partitions, too.
// Does not: read rows (archive.hpp does).
#pragma once
#include <string>
#include <vector>

#include "pg/connection.hpp"

namespace segue::steps {

// JSON; of everything in the table where `columns` is empty.
std::string definition_of(pg::Connection& db, const sql::QualifiedName& table, const std::vector<std::string>& columns);

}  // namespace segue::steps
