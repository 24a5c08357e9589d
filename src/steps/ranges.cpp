#include "steps/ranges.hpp"

#include <algorithm>

#include "base/interrupt.hpp"
#include "steps/held_rows.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

using Clock = std::chrono::steady_clock;

Ranges::Ranges(Context& context, const mapping::Resolved& table, const std::string& verb, fault::Point point, By by)
    : context_(context), table_(table), point_(point), by_(by), total_(catalog::table(context.db, table.table).estimated_rows),
      writer_(context.db.url(), {.application_name = "segue/" + verb + "/" + context.plan.name, .lock_timeout = context.plan.limits.lock_timeout}),
      brake_(context), pace_(Pace::Limits{.batch_ms = static_cast<double>(context.plan.limits.lock_timeout.count())}),
      clashes_(context.plan.limits.lock_budget) {
  prepare_writer(writer_, context.plan);
}

std::int64_t Ranges::run(const std::vector<sql::Sql>& statements) {
  std::vector<Left> left;
  Left range;
  std::int64_t done = 0;
  written_ = 0;
  for (bool more = true, careful = false; more;) {
    stop_if_interrupted();
    brake_.wait();
    const auto rows = pace_.rows();
    const auto begin = Clock::now();
    try {
      range.upper = next(range.lower);
      write(statements, range, careful);
    } catch (const Error& error) {
      clashed(error);
      careful = by_ == By::chosen;
      continue;
    }
    more = range.upper.has_value();
    careful = range.held.has_value();
    const auto end = range.upper;
    if (range.held && !end) range.upper = writer_.run("ranges.highest", mapping::highest_key(table_)).optional_text(0, 0);
    if (range.held) left.push_back(range);
    range = {.lower = end};
    clashes_.none();
    pace_.done(std::chrono::duration<double, std::milli>(Clock::now() - begin).count(), 0, 0);
    done += rows;
    context_.progress.rows(std::min<std::int64_t>(done, total_), total_);
  }
  if (!left.empty()) context_.progress.note("all is done but rows that others hold: they come now");
  for (auto& held : left) finish(statements, held);
  return written_;
}

std::optional<std::string> Ranges::next(const std::optional<std::string>& lower) {
  const auto next = writer_.run("ranges.boundary", mapping::next_boundary(table_), {lower, nullptr, pace_.rows() - 1});
  return next.empty() ? std::nullopt : next.optional_text(0, 0);
}

// `careful`: only rows that nobody holds; what is left of the range is noted in it.
void Ranges::write(const std::vector<sql::Sql>& statements, Left& range, bool careful) {
  auto after = range;
  std::optional<std::string> free;
  pg::Transaction transaction(writer_);
  if (range.held) wait_for_row(writer_, context_.plan, table_, *range.held);
  journal::fence(writer_, context_.plan.name, context_.epoch);
  if (careful) {
    free = writer_.run("ranges.free", mapping::lock_free_rows(table_), {range.lower, range.upper, range.done}).optional_text(0, 0).value_or("[]");
    after.done = writer_.run("ranges.done", "select coalesce($1::jsonb, '[]') || $2::jsonb"_sql, {range.done, free}).text();
    const auto held = writer_.run("ranges.left", mapping::row_left(table_), {range.lower, range.upper, after.done});
    after.held = held.empty() ? std::nullopt : held.optional_text(0, 0);
  }
  std::int64_t written = 0;
  for (const auto& statement : statements)
    written = by_ == By::chosen ? writer_.run("ranges.batch", statement, {range.lower, range.upper, free}).affected()
                                : writer_.run("ranges.batch", statement, {range.lower, range.upper}).affected();
  transaction.commit(point_);
  range = after;
  written_ += written;
}

void Ranges::finish(const std::vector<sql::Sql>& statements, Left& range) {
  while (range.held) {
    stop_if_interrupted();
    brake_.wait();
    try {
      write(statements, range, true);
      clashes_.none();
    } catch (const Error& error) {
      clashed(error);
    }
  }
}

void Ranges::clashed(const Error& error) {
  pace_.clashed();
  clashes_.met(error, writer_, table_.table);
}

}  // namespace segue::steps
