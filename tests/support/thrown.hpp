// What a piece of work throws. A test fails here if it throws nothing.
#pragma once
#include <doctest/doctest.h>

#include <utility>

#include "base/error.hpp"

namespace segue::tests {

template <class Work> Error error_of(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error was thrown");
  return Error(ErrorCode::system, "");
}

template <class Work> ErrorCode code_of(Work&& work) { return error_of(std::forward<Work>(work)).code(); }

}  // namespace segue::tests
