// Small JSON tools that Boost lacks.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace segue {

// The string of this name; std::out_of_range, or another exception, if the object has none.
inline std::string text_of(const boost::json::object& object, std::string_view name) { return std::string(object.at(name).as_string()); }

}  // namespace segue
