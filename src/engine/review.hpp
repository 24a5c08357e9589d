// People decide what texts mean that nobody could read; distinct texts, not rows.
// Does: list them, write decisions down, withdraw them; and the rows follow before it returns, where dual write is on.
// Does not: take the plan's lock: it works beside `segue run`. Texts come out because they were asked for; none enters an error.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "journal/decisions.hpp"
#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

struct Text {
  std::string id, raw;                                           // id: journal::text_id
  std::optional<std::string> meaning;
  std::string rule, certainty, decided_by, reason;               // reason: of a decision that stands
  std::int64_t rows = 0;
  std::string first, last;                                       // dates of its rows; "" where no column says so
};

// The value that is meant: the one named, or the only one. Error{usage} otherwise.
const plan::ValueDef& value_named(const plan::Plan& plan, const std::optional<std::string>& name);
// Error{plan_changed} if the plan was begun from other files.
void refuse_other_plan(pg::Connection& db, const plan::Plan& plan);

struct Listing { std::string date; bool all = false; };          // date: a column of the table; all: not only what is undecided
// By rows, most first. Empty before the profile.
std::vector<Text> list_texts(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const Listing& listing);
// By its raw text, or by "id:" and the first digits of its id. Error{not_found}, and Error{usage} where several begin so.
std::string find_text(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const std::string& named);

// A decision without `meaning` withdraws. Checked as a whole, written in one transaction.
// Error{refused} naming those that cannot be: the place is "line 3" of a file, or "".
// `problem`: what is wrong with the line itself. A wish without a reason that asks for what the text means anyway is no decision.
struct Wish { std::string place; journal::Decision decision; std::string problem = {}; };
struct Outcome { std::int64_t changed = 0, unchanged = 0; bool rows_follow = false; };
Outcome decide(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, std::vector<Wish> wishes, Progress* progress = nullptr);

}  // namespace segue::engine
