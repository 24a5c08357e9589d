// A gate's verdict as text and JSON.
#pragma once
#include <boost/json/fwd.hpp>
#include <string>

#include "gate/gate.hpp"

namespace segue::cli {

std::string text_of(const gate::Verdict& verdict);
boost::json::object json_of(const gate::Verdict& verdict);

}  // namespace segue::cli
