// A failed PGresult becomes a segue::Error.
// Does not: copy values. PostgreSQL puts row data into DETAIL and into some primary messages
// ("invalid input value for enum ..."): those are replaced by what names no data.
#pragma once
#include <string_view>

#include "base/error.hpp"

struct pg_result;

namespace segue::pg {

Error failure_of(const pg_result* result, std::string_view statement);

}  // namespace segue::pg
