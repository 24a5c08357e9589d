// verify: old = new, row by row, or the step fails with the keys of the rows that disagree.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "steps/mapped.hpp"
#include "verify/compare.hpp"

namespace segue::steps {

namespace {

// A text may be met by a trigger, and read into the map, while the comparison runs: then a second look agrees.
constexpr int looks = 3;

}  // namespace

journal::Evidence run(Context& context, const plan::VerifyStep& step) {
  const auto mapping = mapped(context.db, context.plan, step.mapping);
  verify::Comparison result;
  for (int look = 1; look <= looks; ++look) {
    const auto absorbed = settle(context.db, context.plan, context.epoch, mapping);
    result = verify::compare(context.db, mapping, context.progress);
    if (result.differing == 0 || absorbed == 0) break;
  }
  journal::record_check(context.db, context.plan.name, context.phase.name, context.step.name, result.differing == 0, "0 rows differ",
                        fmt::format("{} of {} rows differ", result.differing, result.rows));
  if (result.differing > 0)
    throw Error(ErrorCode::different_data,
                fmt::format("old and new disagree in {} of {} rows of \"{}\"; the first keys: {}", grouped(result.differing),
                            grouped(result.rows), step.mapping, join(result.keys, ", ")),
                "look at these rows; segue rollback " + context.plan.name + " takes the phase back");
  journal::Evidence evidence;
  evidence.rows = result.rows;
  evidence.detail = boost::json::serialize(boost::json::object{
      {"compared", result.rows}, {"differing", result.differing}, {"incomplete", result.incomplete}});
  return evidence;
}

void undo(Context&, const plan::VerifyStep&) {}

}  // namespace segue::steps
