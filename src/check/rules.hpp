// The rules, one file each. Private to check/.
#pragma once
#include "check/check.hpp"

namespace segue::check {

using Findings = std::vector<Finding>;

// Statements that write a table anew or read it whole while the application is locked out.
void rule_locks(const plan::Plan& plan, Findings& findings);
// Indexes, foreign keys and requirements before the backfill; drops without a retirement; roll-outs without dual write.
void rule_order(const plan::Plan& plan, Findings& findings);
// Statements nobody could take back in a phase that promises a way back.
void rule_undo(const plan::Plan& plan, Findings& findings);
// The mapping against the tables: keys, columns, old NOT NULL columns that nothing fills.
void rule_mapping(pg::Connection& db, const plan::Plan& plan, Findings& findings);

// Tables that PostgreSQL treats differently: partitioned, inherited; and columns that could not be retired, dropped or brought back.
void rule_tables(pg::Connection& db, const plan::Plan& plan, Findings& findings);
void rule_targets(pg::Connection& db, const plan::Plan& plan, Findings& findings);

std::string place(const plan::Where& where, const std::string& file, const sql::Operation& operation);

}  // namespace segue::check
