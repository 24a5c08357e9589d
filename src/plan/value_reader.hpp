// From a plan's value to the reader that reads it.
#pragma once
#include <memory>

#include "plan/plan.hpp"
#include "values/reader.hpp"

namespace segue::plan {

// Error{plan_file} at the value's place where its settings do not fit together, or where SQL reads it (`expression`).
std::unique_ptr<const values::Reader> reader_of(const ValueDef& value);

// Every meaning the value may have, of time-of-day, enum and boolean; nothing where there is no end of them.
std::optional<std::vector<std::string>> meanings_of(const ValueDef& value);
// May a text have it? Of an `expression` nobody knows before a row has it: then yes, unless it is empty.
bool may_mean(const ValueDef& value, const std::string& meaning);

}  // namespace segue::plan
