// Which data model serves a request while a migration moves from one to the other.
#pragma once
#include <string_view>

#include "base/error.hpp"

namespace segue::service {

enum class Variant { old_model, new_model };
std::string_view name_of(Variant variant);                       // "old", "new"

// The table or column is not there: the migration has gone on (or back) and this process has not heard of it yet.
bool is_other_model(const Error& error);

}  // namespace segue::service
