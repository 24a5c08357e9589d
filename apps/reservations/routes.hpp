// The booking service's table of routes.
#pragma once
#include <vector>

#include "service/routes.hpp"

namespace segue::reservations {

const std::vector<service::Route>& routes();

}  // namespace segue::reservations
