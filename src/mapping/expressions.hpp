// The plan's expressions spoken for one place: a trigger (row `new`) or a query (row `r`).
// Does: put the row's alias in, join the value map, fill in stand-ins. Private to mapping/.
#pragma once
#include <string>
#include <vector>

#include "mapping/mapping.hpp"

namespace segue::mapping {

struct Unseen { std::string value; Sql condition, raw; };

struct Spoken {
  std::vector<Sql> expressions;                                  // one a column of the direction, in its order
  Sql from;                                                      // "<row source> left join ..." behind FROM
  std::vector<Unseen> unseen;                                    // a text the value map does not know yet
};

// `row` is the alias of the row; `source` what stands first behind FROM (for a trigger: one row of nothing).
Spoken speak(const Resolved& mapping, const Direction& side, const std::string& row,
             const Sql& source = "(select 1) segue_row"_sql);
Sql stand_in(const Direction& side, const Derived& column, const std::string& row);
// Which of `spoken.unseen` the column is made from.
std::vector<std::size_t> unseen_in(const Direction& side, const Derived& column, const Spoken& spoken);

}  // namespace segue::mapping
