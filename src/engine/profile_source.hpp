// A table in pieces that several sessions read as of one moment. Part of profile.cpp.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "pg/connection.hpp"

namespace segue::engine {

// Rows of a piece that hold the same text (null: none), cut after 500 characters.
struct Group { bool is_null = false; std::string raw; std::int64_t rows = 0; std::string first, last; };

struct Source {
  sql::QualifiedName table;
  std::string column, date;                                      // date: "" if none
};

// Calls `take` for every group, one at a time; the groups of different pieces may hold the same text. An error of `take`, or of
// any session, ends all of them and is thrown.
void read_groups(const std::string& url, const Source& source, int workers, Progress& progress, const std::function<void(const Group&)>& take);

}  // namespace segue::engine
