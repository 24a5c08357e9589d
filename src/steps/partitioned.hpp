// What PostgreSQL has no online form of on a partitioned table is done partition by partition.
// Does: build an index, and add a foreign key to the partitions, while their writers go on; may be called again after a crash:
//       what stands already, the catalog says. A partition that is made meanwhile brings its own.
// Does not: write the journal.
#pragma once
#include "sql/statement.hpp"
#include "steps/step.hpp"

namespace segue::steps {

// Names without a schema are the plan's.
sql::QualifiedName in_schema(const plan::Plan& plan, sql::QualifiedName name);
bool is_partitioned(pg::Connection& db, const sql::QualifiedName& table);
bool is_partitioned_index(pg::Connection& db, const sql::QualifiedName& index);

// The operation as the journal keeps it: its undo is one that PostgreSQL allows on a partitioned table.
sql::Operation on_partitioned(const plan::Plan& plan, sql::Operation operation);

// Error{refused} for an index that belongs to a constraint: such a constraint has no online form.
void build_partitioned_index(Context& context, const sql::Operation& operation);
// The keys of the partitions, validated; the table's own, which takes them over at once, is the caller's.
void add_keys_to_partitions(Context& context, const sql::Operation& operation);

}  // namespace segue::steps
