// A backup that is known to be good: taken, restored into a private server, and compared there row by row.
// Does: take one or be told of one, prove it, write the proof into the journal; tell a gate whether a proof is young enough.
// Does not: keep backups, or restore one over the application's database: that is a decision for people.
#pragma once
#include <string>

#include "base/progress.hpp"
#include "gate/gate.hpp"
#include "plan/plan.hpp"
#include "pg/connection.hpp"

namespace segue::engine {

struct BackupProof { std::string file; std::int64_t tables = 0, rows = 0, bytes = 0; bool compared = true; };

// Writes `file`, which must not exist, and proves it: every table's rows are those of the moment it was taken.
BackupProof take_backup(const std::string& url, const plan::Plan& plan, const std::string& file, const std::string& actor, Progress& progress);
// Somebody else took it: it must restore without an error and hold every table of the database; rows have moved on since, and are not compared.
BackupProof prove_backup(const std::string& url, const plan::Plan& plan, const std::string& file, const std::string& actor, Progress& progress);

// What the plan asks for with `backup:` against the youngest proof.
gate::Item backup_item(pg::Connection& db, const plan::Plan& plan);

}  // namespace segue::engine
