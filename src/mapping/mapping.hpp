// One definition of "new from old, old from new" becomes SQL with four uses:
// trigger (dual write), backfill, comparison, and the old side of what the new side wrote.
// Does: resolve a plan's mapping against the table it is for; generate statements. Pure: takes the table as a value.
// Does not: run anything. The rules for who wins are in docs/decisions/0002-dual-write.md.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "plan/plan.hpp"
#include "sql/text.hpp"

namespace segue::mapping {

using sql::Sql;

// A column of one side and how it is computed from the other.
struct Derived {
  std::string column;                                            // as the plan calls it
  std::string stored;                                            // as it is called now: a retired column has another name
  std::string type;                                              // of the column
  std::string expression;                                        // the plan's text, naming the row as old. or new.
  std::string stand_in;                                          // "" if the plan gives none
  std::set<std::string> depends_on;                              // columns of the other side
  bool snapshot = false;
  // The column's DEFAULT where it is a constant: in an INSERT it is no sign that anybody wrote the column. "" if none.
  std::string default_constant;
  bool not_null = false;
  bool required = false;                                         // NOT NULL, now or by a step of the plan
};

struct Direction {
  std::string row;                                               // how the plan names the row it reads: "old" or "new"
  std::string from;                                              // the plan's text, may be empty
  std::string where;                                             // place in the plan file, for messages
  std::vector<Derived> columns;
  std::vector<std::string> same;                                 // conditions that hold in every row
  bool has_stand_ins() const;
};

struct Resolved {
  std::string plan, name;
  std::string schema;                                            // the plan's: search_path of everything generated
  sql::QualifiedName table;
  std::vector<catalog::Column> key;
  std::vector<plan::ValueDef> values;                            // those the expressions use
  Direction to_new, to_old;
  double key_correlation = 0;
  bool retired = false;                                          // old columns were renamed away: only the old side follows
};

// `renamed`: old column -> its name now, for columns that were retired; columns that are gone are left out of the old side.
// Error{plan_file} at the mapping's place for a column the table does not have, a table without a usable key,
// an old column that reads itself, or a column that stands on both sides.
Resolved resolve(const plan::Plan& plan, const plan::Mapping& mapping, const catalog::Table& table,
                 const std::map<std::string, std::string>& renamed = {});

// ---- dual write (trigger.cpp)
std::string function_name(const Resolved& mapping);
std::string trigger_name(const Resolved& mapping, std::string_view event);        // "insert" or "update"
Sql create_function(const Resolved& mapping);                    // "create or replace function ..."
std::vector<Sql> create_triggers(const Resolved& mapping);
std::vector<Sql> drop_triggers(const Resolved& mapping);         // triggers, then the function

// ---- rows (rows.cpp); parameters: $1.. the key after which, then the key up to which (both may be NULL: open end)
// Rows of a key range with what is stored and what it should be.
//   the key's columns as text[] where needed: key_array(mapping, alias)
Sql key_array(const Resolved& mapping, std::string_view alias);
Sql next_boundary(const Resolved& mapping);                     // $3 rows past the first of the range, as text[]; no row at the end
Sql highest_key(const Resolved& mapping);
Sql key_range(const Resolved& mapping, std::string_view alias);  // condition: $1 < key <= $2

struct Slice {
  int classes = 1, number = 0;                                   // visits by hash class; 1: all rows at once
  std::string only_column;                                       // rows whose old column holds one of the texts of the last parameter
  bool skip_repairs = false;                                     // leave rows with open repairs alone
  bool one_key = false;                                          // the row whose key is $1, and no other
  bool stand_ins = true;                                         // false: a column that cannot be computed is NULL
  Sql rows;                                                      // instead of a range: a condition over the row x
};
// UPDATE of one range: writes where the new side is not what it should be, and only what nobody changed meanwhile. A column
// whose text nobody has read yet keeps what it has.
// Its affected-rows count is the rows written. With `skip_repairs` a row that gets a stand-in is queued.
Sql backfill_batch(const Resolved& mapping, const Slice& slice);
// Where others hold rows of a range. Locks those that nobody holds and $3 does not name, without waiting: their keys as one jsonb
// array; no key: NULL.
Sql lock_free_rows(const Resolved& mapping);
Sql row_left(const Resolved& mapping);                           // the key of a row of the range that is not among those, $3; or no row
Sql backfill_rows(const Resolved& mapping);                      // backfill_batch of the rows whose keys $1 holds, jsonb as above
Sql row_to_fill(const Resolved& mapping);                        // the key of a row of the range to be written that is not among those, $3; or no row
Sql lock_row(const Resolved& mapping);                           // waits for the row whose key is $1
// One row: scanned, differing, incomplete (some new column NULL that is required, or computed to be something), keys of the first
// differing (json).
// Rows with open repairs are left out.
Sql compare_range(const Resolved& mapping);
// One row, of the whole table: rows, those whose new side is complete, those that have nothing of it and should.
Sql count_filled(const Resolved& mapping);

// Rows of one range that break a condition which the plan says holds in every row: their number, the first keys; nothing where
// the side has no conditions.
std::optional<Sql> broken_range(const Resolved& mapping, const Direction& side);

// Settles the repair entries of the key $1: the row is gone, or its sides agree without a stand-in.
Sql settle_repair(const Resolved& mapping);
// UPDATE of the row whose key is $1, from the new side: old columns that the new one contradicts, and no others (what a patient wrote
// stays where it means the same). `stand_ins`: also where the old side has no word for it; else only where it has one by now.
Sql write_old_side(const Resolved& mapping, bool stand_ins);
// Settles the entries of rows that have no new side, or are gone: it went with its columns, and dual write begins anew.
Sql settle_unwritten(const Resolved& mapping);

// UPDATE of one range in the other direction, for old columns that come back: the archived text where the new side is what
// it was then (a hash over `hashed`), what the mapping computes where it was written since. $3: keys of the rows, as above; NULL: all.
Sql restore_old_batch(const Resolved& mapping, const sql::QualifiedName& archive, const std::vector<std::string>& hashed);
// Texts of a value's column that the map has not met are queued for reading.
Sql queue_unseen(const Resolved& mapping, const plan::ValueDef& value, bool one_key = false);   // one_key: of the row whose key is $1
// hashtextextended over these columns of a row: the same text in the archive and in the restore.
Sql row_hash(const std::vector<std::string>& columns, std::string_view alias);

}  // namespace segue::mapping
