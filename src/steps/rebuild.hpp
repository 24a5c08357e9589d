// Indexes, constraints and what else hung on a dropped column, built again from the archived definition while writers go on.
// May be called again after a crash. Does not: fill rows.
#pragma once
#include <boost/json.hpp>

#include "steps/step.hpp"

namespace segue::steps {

void build_again(Context& context, const sql::QualifiedName& table, const boost::json::object& definition);
// NOT NULL by way of a CHECK that is validated first.
void require_again(Context& context, const sql::QualifiedName& table, const std::string& column);
// Comments, statistics and storage.
void describe_again(Context& context, const sql::QualifiedName& table, const boost::json::object& definition);

}  // namespace segue::steps
