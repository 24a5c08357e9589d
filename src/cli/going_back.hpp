// What the old side cannot hold, as text and JSON.
#pragma once
#include <boost/json/fwd.hpp>
#include <string>

#include "steps/going_back.hpp"

namespace segue::cli {

std::string text_of(const steps::GoingBack& cost, const std::string& when);
boost::json::array json_of(const steps::GoingBack& cost);

}  // namespace segue::cli
