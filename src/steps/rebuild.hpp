// Indexes, constraints and what else hung on a dropped column, built again from the archived definition while writers go on.
// May be called again after a crash. Does not: fill rows.
#pragma once
#include <boost/json.hpp>

#include "steps/step.hpp"

namespace segue::steps {

void build_again(Context& context, const sql::QualifiedName& table, const boost::json::object& definition);
// NOT NULL by way of a CHECK that is validated first; if it had a name, as since PostgreSQL 18, then by that, and NOT VALID if it was.
void require_again(Context& context, const sql::QualifiedName& table, const std::string& column, const boost::json::object& definition);
// The named NOT NULL of a column in an archived definition, or nullptr.
const boost::json::object* named_requirement(const boost::json::object& definition, const std::string& column);
// Comments, statistics and storage.
void describe_again(Context& context, const sql::QualifiedName& table, const boost::json::object& definition);

}  // namespace segue::steps
