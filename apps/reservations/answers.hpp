// The JSON answers that are the same for several routes.
// Does not: tell internals. What PostgreSQL said goes to the log by SQLSTATE and statement name, never to the client.
#pragma once
#include <boost/json/object.hpp>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"
#include "reservations/booking_request.hpp"

namespace segue::reservations {

net::Response answer(int status, const boost::json::object& body);
net::Response refuse(int status, std::string_view error, std::string_view message);
net::Response refuse_fields(std::string_view error, const std::vector<FieldProblem>& problems);
net::Response fail(const Error& error);

}  // namespace segue::reservations
