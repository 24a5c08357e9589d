// What a piece of work throws. A test fails here if it throws nothing.
#pragma once
#include <doctest/doctest.h>

#include "base/error.hpp"

namespace segue::tests {

template <class Work> ErrorCode code_of(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error was thrown");
  return ErrorCode::system;
}

}  // namespace segue::tests
