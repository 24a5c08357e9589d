// What the safety check found, as text and JSON.
#pragma once
#include <boost/json/fwd.hpp>
#include <vector>

#include "check/check.hpp"

namespace segue::cli {

void print_findings(const std::vector<check::Finding>& findings);
boost::json::array json_of(const std::vector<check::Finding>& findings);
// Exit status: 1 if one of them is an error, so that the plan would not be run.
int status_of(const std::vector<check::Finding>& findings);

}  // namespace segue::cli
