// PostgreSQL's own pg_dump and pg_restore, run as programs.
// Does: write one database into a file of the custom format, and read such a file into another database.
// Does not: know what is in it. Of what the programs say only the part before a statement's or a row's text is kept.
#pragma once
#include <string>

#include "pg/connection.hpp"

namespace segue::pg {

// As `snapshot` (pg_export_snapshot) shows it. The file must not exist yet; only its owner may read it. Error{system}.
void dump(Connection& db, const std::string& snapshot, const std::string& file);
// Without owners and privileges: roles are another cluster's. Error{different_data} if pg_restore refuses any part of it.
void restore(const std::string& file, Connection& into);

}  // namespace segue::pg
