// What is dropped is kept: key, old values and a hash of the new row, in schema segue_archive.
// Does: copy, before the drop, everything needed to build a column or table again.
// Does not: drop anything, or follow later writes (those are computed from the new side when somebody goes back).
#pragma once
#include <string>
#include <vector>

#include "steps/step.hpp"

namespace segue::steps {

struct Archived { std::string target, table, definition; std::int64_t rows = 0; };

// One archive for all retired columns of a table. Values are kept as text: their types may be dropped.
Archived archive_columns(Context& context, const std::string& table, const std::vector<std::string>& columns);
Archived archive_table(Context& context, const std::string& table);

sql::QualifiedName archive_name(const plan::Plan& plan, const std::string& table);
// The new columns whose hash tells whether a row was written since it was archived.
std::vector<std::string> hashed_columns(const plan::Plan& plan, const std::string& table);

// The way back (restore.cpp): the column or table stands again under its retired name, dual write is on, every row is filled.
// May be called again after a crash. `definition`: what archive_* returned.
void restore_columns(Context& context, const std::string& table, const std::string& definition);
void restore_table(Context& context, const std::string& table, const std::string& definition);

}  // namespace segue::steps
