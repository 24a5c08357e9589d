// verify: old = new, row by row, or the step fails with the keys of the rows that disagree.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

namespace {

constexpr int looks = 5;

}  // namespace

verify::Comparison compare_settled(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const Mapped& mapping, Progress& progress) {
  verify::Comparison result;
  for (int look = 1; look <= looks; ++look) {
    const auto settled = settle(db, plan, epoch, mapping, false, &progress);
    // What the first look saw may have come after its settling; from the third on, only what was settled since is a reason to look.
    if (look > 2 && settled == 0) break;
    result = verify::compare(db, mapping, progress);
    if (result.differing == 0) break;
  }
  return result;
}

journal::Evidence run(Context& context, const plan::VerifyStep& step) {
  const auto mapping = mapped(context.db, context.plan, step.mapping);
  const auto result = compare_settled(context.db, context.plan, context.epoch, mapping, context.progress);
  fault::point(fault::Point::rows_compared, context.db.socket());
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
