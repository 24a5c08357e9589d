// The JSON answers that are the same for several routes.
// Does not: tell internals. What PostgreSQL said goes to the log by SQLSTATE and statement name, never to the client.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"
#include "pg/connection.hpp"
#include "service/routes.hpp"

namespace segue::service {

struct FieldProblem {
  std::string field, problem;                                    // the problem never repeats the value
};

net::Response answer(int status, const boost::json::object& body);
net::Response refuse(int status, std::string_view error, std::string_view message);
net::Response refuse_fields(std::string_view error, const std::vector<FieldProblem>& problems);
net::Response fail(const Error& error);
// The first column of each row, JSON text made by the database, as a list.
boost::json::array rows_as_json(const pg::Result& rows);
// The audit trail of changes: a line in the log with who, codes, ids and counts, never anybody's data.
void record(std::string_view action, const Call& call, std::string target, std::int64_t rows = 1);
// Where tables or columns are missing: what the request is about exists in the other phases of the migration only.
net::Response fail_by_phase(const Error& error, std::string_view model);

}  // namespace segue::service
