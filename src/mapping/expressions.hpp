// The plan's expressions spoken for one place: a trigger (row `new`) or a query (row `r`).
// Does: put the row's alias in, join the value map, fill in stand-ins. Private to mapping/.
#pragma once
#include <string>
#include <vector>

#include "mapping/mapping.hpp"

namespace segue::mapping {

struct Unseen { std::string value; Sql condition, raw; };

// The value map joined to the row `row`, and what value(name) is there; `number`: of the join, unique in its query.
struct ValueJoin { std::string name; Sql meaning, join; Unseen unseen; };
ValueJoin value_join(const std::string& plan, const plan::ValueDef& value, const std::string& row, std::size_t number);

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
// The columns whose fault is a snapshot's, too: they are made from the same.
std::vector<std::size_t> taken_with(const Direction& side, std::size_t snapshot);

// A comment at the end of the plan's text must not swallow what is written behind it.
Sql plan_text(std::string text);
// "sync hospital-services reservations", shortened by a hash where PostgreSQL would cut it.
std::string named(const std::string& prefix, const std::string& plan, const std::string& mapping);
// "$segue$", or another mark where the plan's own text holds that one.
Sql dollar_quote(const Sql& body);
// old."x" is distinct from new."x" or ...; false without columns
Sql any_changed(const std::vector<std::string>& columns);
// Conditions over the alias's key: $1 < key <= $2 (NULL is an open end), and key = `key`, a text[].
Sql in_range(const Resolved& mapping, std::string_view alias);
Sql is_key(const Resolved& mapping, std::string_view alias, const Sql& key = "$1::text[]"_sql);
// The same range, and where $3 is not NULL only the rows whose keys it holds (jsonb, as below).
Sql in_chosen(const Resolved& mapping, std::string_view alias);
// The alias's key is one of those in a jsonb array of arrays of texts.
Sql in_keys(const Resolved& mapping, std::string_view alias, const Sql& keys);

// Whether a row was changed is asked of each column with "=", inside the application's own statement.
void refuse_incomparable(const std::string& where, const catalog::Column& column);

}  // namespace segue::mapping
