// Rows of one table that are derived from rows of another, in both directions: a mapping with `into`.
// Does: resolve such a mapping against its two tables; generate the functions that carry a row over, the triggers that call
//       them, the backfill, the comparison, and what settles the repair queue.
// Does not: run anything. Why it is built so: docs/decisions/0008-derived-rows.md.
//
// A source row *claims* a row of the target: its key, and what stands in it. Everything below is about the claims of a flow:
// a target row is what all claims on its key agree on; a column on which they do not agree is nobody's, and the key is queued.
#pragma once
#include <chrono>

#include "mapping/mapping.hpp"

namespace segue::mapping {

struct FlowColumn {
  std::string column, stored, type, expression;                  // of the target; stored: as it is called now
  std::set<std::string> depends_on;                              // columns of the source
  std::vector<std::string> values;                               // new side: those whose texts it is made from
  std::string text_of;                                           // old side: the value whose text stands in it, or ""
};

// One direction: from the rows of `source.table` to those of `target.table`.
struct Flow {
  std::string direction;                                         // "new": from the driving table to the derived one; "old": back
  std::string row;                                               // how the plan names the source row
  std::string from, filter, where;                               // where: place in the plan file
  Resolved source, target;                                       // names, table and key alone; see next_boundary, highest_key
  std::vector<FlowColumn> key, insert, set, detach;
  std::vector<std::string> same;
  // Old side: for each column of the new side's set that is made from texts its name, for the others "".
  std::vector<std::string> meant;
  std::set<std::string> identity;                                // source columns that say whether, and which, row is claimed
  plan::Side::OnDelete on_delete = plan::Side::OnDelete::detach;
  bool creates = false;                                          // a claimed row that is not there is made
};

struct Derivation {
  std::string plan, name, schema;
  int rank = 0, ranks = 1;                                       // a mapping that needs others ranks higher than they
  std::chrono::milliseconds patience{100};                       // the longest the application's write waits for the other row
  Flow to_new, to_old;
  bool retired = false;                                          // the driving columns were renamed away: only the way back is kept
};

// `renamed`: columns of the driving table under their names now, as for one row (mapping.hpp).
// Error{plan_file} for columns the tables do not have, and for a key that no unique index of the target stands for.
Derivation resolve(const plan::Plan& plan, const plan::Mapping& mapping, const catalog::Table& driving, const catalog::Table& derived,
                   const std::map<std::string, std::string>& renamed = {});

// ---- dual write (carry.cpp, flow_trigger.cpp); `flow` is one of the derivation's two
Sql create_carry(const Derivation& derivation, const Flow& flow);  // segue."carry ..."(keys of the target, columns, why, new key): rows written
struct Functions { std::vector<Sql> create, triggers, drop; };
Functions functions_of(const Derivation& derivation);            // all of the mapping's; drop: triggers, then functions
std::string enter_trigger(const Derivation& derivation, const Flow& flow, std::string_view event);
std::vector<Sql> try_claims(const Derivation& derivation, const Flow& flow);  // fail at once where the plan's SQL does not fit the tables

// What a write of one row asks of these tables, with no such row: a plan that reads all of `table` is one that every write would wait for.
struct Look { Sql query; sql::QualifiedName table; std::string where; };
Look look_of(const Flow& flow);
std::vector<Look> looks_of(const Resolved& reader, const sql::QualifiedName& derived, const std::vector<catalog::Column>& derived_key);

// ---- rows (flow_rows.cpp)
Sql fill_range(const Derivation& derivation);                    // $1 < key <= $2 of the driving table; one number: rows written
// $1 < key <= $2 of the derived table: its rows that nothing claims any more go as the plan says, unless it forbids that.
Sql sweep_range(const Derivation& derivation);
// $1 < key <= $2 of the flow's source: locks its rows. Whoever carries rows holds them: else one that is just going, or changing what it
// claims, is born again on the other side, where its own writer does not see it.
Sql hold_range(const Flow& flow);
// $1 < key <= $2 of the derived table: the driving rows get what it says.
Sql carry_back_range(const Derivation& derivation);
// $1 < key <= $2 of the driving table: columns that came back empty get what the archive holds of them.
Sql restore_archived_range(const Derivation& derivation, const sql::QualifiedName& archive);
// Condition over row `alias` of the driving table: a derived row stands for it.
Sql is_represented(const Derivation& derivation, std::string_view alias);
// $1 < key <= $2 of the driving table: rows for which one stood when they were archived, and none does now, are let go as the plan says.
Sql let_go_range(const Derivation& derivation, const sql::QualifiedName& archive);
inline constexpr const char* represented_by = "representedBy";   // column of the archive: the derivations, by name
// As compare_range of one row's mapping, by the source's key. Findings name key, class and columns.
Sql compare_range(const Derivation& derivation, const Flow& flow);
// Rows whose texts mean something else by now, in statements of one transaction: the row with the key $1; the rows of
// $1 < key <= $2 whose text in this column is one of $3. Rows that stand in the repair queue are left to it.
std::vector<Sql> follow_key(const Derivation& derivation);
std::vector<Sql> follow_texts(const Derivation& derivation, const std::string& column);
// How many driving rows want a derived row; whose derived row says what they say; who have none.
Sql count_claims(const Derivation& derivation);

// The repair queue holds source rows ("new", "old") and target keys ("into new", "into old"). $1: the entry's key.
Sql hold_again(const Flow& flow, bool target_key);               // as hold_range, the rows that carry_again is about
// `why`: as carry takes it (carry.cpp); "enter" where a person has said that this side is right.
Sql carry_again(const Derivation& derivation, const Flow& flow, bool target_key, const std::string& why = "again");
Sql settle_repair(const Derivation& derivation, const Flow& flow, bool target_key);

// ---- rows of one table that read derived rows (follow.cpp): they follow when a row appears, moves or goes
Functions follow_functions(const Resolved& reader, const sql::QualifiedName& derived, const std::vector<catalog::Column>& derived_key);

}  // namespace segue::mapping
