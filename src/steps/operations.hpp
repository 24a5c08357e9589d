// A list of statements in safe form, run and undone one by one with the journal: the common part of sql and require steps.
#pragma once
#include <vector>

#include "sql/statement.hpp"
#include "steps/step.hpp"

namespace segue::steps {

// `tell`: each statement is named as it runs.
journal::Evidence run_operations(Context& context, const std::vector<sql::Operation>& operations, bool tell = true);
// What the planner knows of a table. Gives way to others like any lock; that nobody could take them is said and stops no step.
void analyze(Context& context, const sql::QualifiedName& table);
// Takes back what the journal says was done, last first.
void undo_operations(Context& context);

}  // namespace segue::steps
