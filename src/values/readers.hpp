// The readers one by one, and what they share. Private to values/; others say make_reader.
#pragma once
#include "values/normal.hpp"
#include "values/reader.hpp"

namespace segue::values {

std::unique_ptr<const Reader> make_time_of_day(const Settings& settings);
std::unique_ptr<const Reader> make_enum(const Settings& settings);
std::unique_ptr<const Reader> make_integer(const Settings& settings);
std::unique_ptr<const Reader> make_date(const Settings& settings);
std::unique_ptr<const Reader> make_phone(const Settings& settings);
std::unique_ptr<const Reader> make_boolean(const Settings& settings);

Reading certain(std::string meaning, std::string rule);

}  // namespace segue::values
