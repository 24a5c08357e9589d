// From a plan's value to the reader that reads it.
#pragma once
#include <memory>

#include "plan/plan.hpp"
#include "values/reader.hpp"

namespace segue::plan {

// Error{plan_file} at the value's place where its settings do not fit together, or where SQL reads it (`expression`).
std::unique_ptr<const values::Reader> reader_of(const ValueDef& value);

}  // namespace segue::plan
