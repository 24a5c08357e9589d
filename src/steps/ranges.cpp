#include "steps/ranges.hpp"

#include <algorithm>

#include "base/interrupt.hpp"
#include "steps/locks.hpp"
#include "steps/mapped.hpp"
#include "steps/pace.hpp"

namespace segue::steps {

using Clock = std::chrono::steady_clock;

Ranges::Ranges(Context& context, const mapping::Resolved& table, const std::string& verb, fault::Point point)
    : context_(context), table_(table), point_(point), total_(catalog::table(context.db, table.table).estimated_rows),
      writer_(context.db.url(), {.application_name = "segue/" + verb + "/" + context.plan.name, .lock_timeout = context.plan.limits.lock_timeout}),
      brake_(context) {
  prepare_writer(writer_, context.plan);
}

std::int64_t Ranges::run(const std::vector<sql::Sql>& statements) {
  Pace pace(Pace::Limits{.batch_ms = static_cast<double>(context_.plan.limits.lock_timeout.count())});
  Clashes clashes(context_.plan.limits.lock_budget);
  std::optional<std::string> lower;
  std::int64_t done = 0;
  written_ = 0;
  for (bool more = true; more;) {
    stop_if_interrupted();
    brake_.wait();
    const auto rows = pace.rows();
    const auto begin = Clock::now();
    try {
      lower = one(statements, lower, rows);
    } catch (const Error& error) {
      pace.clashed();
      clashes.met(error, writer_, table_.table);
      continue;
    }
    more = lower.has_value();
    clashes.none();
    pace.done(std::chrono::duration<double, std::milli>(Clock::now() - begin).count(), 0, 0);
    done += rows;
    context_.progress.rows(std::min<std::int64_t>(done, total_), total_);
  }
  return written_;
}

// The end of the range; nothing at the end of the table.
std::optional<std::string> Ranges::one(const std::vector<sql::Sql>& statements, const std::optional<std::string>& lower, std::int64_t rows) {
  const auto next = writer_.run("ranges.boundary", mapping::next_boundary(table_), {lower, nullptr, rows - 1});
  const auto upper = next.empty() ? std::nullopt : next.optional_text(0, 0);
  std::int64_t written = 0;
  pg::Transaction transaction(writer_);
  journal::fence(writer_, context_.plan.name, context_.epoch);
  for (const auto& statement : statements) written = writer_.run("ranges.batch", statement, {lower, upper}).affected();
  transaction.commit(point_);
  written_ += written;
  return upper;
}

}  // namespace segue::steps
