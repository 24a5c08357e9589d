#include "service/variant.hpp"

namespace segue::service {

std::string_view name_of(Variant variant) { return variant == Variant::old_model ? "old" : "new"; }

bool is_other_model(const Error& error) { return error.sqlstate() == "42703" || error.sqlstate() == "42P01"; }

}  // namespace segue::service
