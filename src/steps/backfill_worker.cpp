#include "steps/backfill_worker.hpp"

#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

using Clock = std::chrono::steady_clock;

namespace {

double ms_since(Clock::time_point begin) { return std::chrono::duration<double, std::milli>(Clock::now() - begin).count(); }

// Keys that lie in the heap's order fill whole pages at once, and then no update finds room on its page. Visiting
// a stretch several times, a hash class of its rows at a time, lets pruning make room in between.
constexpr double ordered = 0.5;
constexpr int visits = 8;

double backends_a_core(pg::Connection& db) {
  const auto active = db.run("backfill.load", R"sql(
    select count(*) from pg_catalog.pg_stat_activity
    where state = 'active' and backend_type = 'client backend' and application_name not like 'segue/%')sql"_sql).number();
  return active / std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

BackfillWorker::BackfillWorker(const std::string& url, const plan::Plan& plan, std::int64_t epoch, const mapping::Resolved& mapping,
                               std::string name, int range, Shared& shared, const mapping::Derivation* derived)
    : db_(url, {.application_name = "segue/backfill/" + plan.name, .lock_timeout = plan.limits.lock_timeout}),
      plan_(plan), epoch_(epoch), mapping_(mapping), name_(std::move(name)), range_(range), shared_(shared), derived_(derived),
      classes_(std::abs(mapping.key_correlation) > ordered ? visits : 1),
      pace_(Pace::Limits{.batch_ms = static_cast<double>(plan.limits.lock_timeout.count())}) {
  prepare_writer(db_, plan);
  read_cursor();
  fault::point(fault::Point::worker_started, db_.socket());
}

// A stretch that was cut off is visited from its first class again: its end may lie elsewhere this time.
void BackfillWorker::read_cursor() {
  const auto rows = db_.run("backfill.cursor", R"sql(
    select "upperKey", coalesce("lastKey", "lowerKey"), done from segue.cursors where plan = $1 and step = $2 and range = $3::integer)sql"_sql,
    {plan_.name, name_, range_});
  cursor_ = {rows.optional_text(0, 0), rows.optional_text(0, 1), 0, rows.boolean(0, 2)};
}

void BackfillWorker::run() {
  while (!cursor_.done && !shared_.stop) {
    if (shared_.paused) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    try {
      batch();
      clashes_.none();
    } catch (const Error& error) {
      const auto kind = error.sqlstate().substr(0, 2);
      if (kind == "22" || (kind == "23" && derived_ != nullptr)) isolate(error);
      else clashed(error);
      continue;
    }
    const auto rest = std::chrono::duration<double, std::milli>(pace_.rest_ms());
    for (const auto end = Clock::now() + rest; Clock::now() < end && !shared_.stop;)
      std::this_thread::sleep_for(std::min<std::chrono::duration<double, std::milli>>(end - Clock::now(), std::chrono::milliseconds(50)));
  }
}

// The rows up to `upper` that lie in this visit's hash class.
std::int64_t BackfillWorker::write(const std::optional<std::string>& upper) {
  if (derived_ != nullptr) return db_.run("backfill.carry", mapping::fill_range(*derived_), {cursor_.last, upper}).integer();
  mapping::Slice slice;
  slice.classes = classes_;
  slice.number = cursor_.visit;
  slice.skip_repairs = true;
  return db_.run("backfill.batch", mapping::backfill_batch(mapping_, slice), {cursor_.last, upper}).affected();
}

void BackfillWorker::write_cursor(const Cursor& next, std::int64_t scanned, std::int64_t written) {
  db_.run("backfill.advance", R"sql(
    update segue.cursors set "lastKey" = $4, visit = $5::integer, done = $6::boolean, scanned = scanned + $7::bigint,
      written = written + $8::bigint, batches = batches + 1, "updatedAt" = clock_timestamp()
    where plan = $1 and step = $2 and range = $3::integer)sql"_sql,
    {plan_.name, name_, range_, next.last, next.visit, next.done, scanned, written});
}

bool BackfillWorker::batch() {
  const auto begin = Clock::now();
  const auto rows = alone_ > 0 ? 1 : pace_.rows() * classes_;
  pg::Transaction transaction(db_);
  journal::fence(db_, plan_.name, epoch_);
  // Rows that were deleted since the first visit would move the boundary on, over rows whose class is not visited again:
  // a later visit never goes beyond an earlier one (a clash may make it end sooner).
  const auto limit = cursor_.visit == 0 ? Stretch{cursor_.upper, true} : stretch_;
  const auto found = db_.run("backfill.boundary", mapping::next_boundary(mapping_), {cursor_.last, limit.upper, rows - 1});
  const auto visited = found.empty() ? limit : Stretch{found.optional_text(0, 0), false};
  const auto written = write(visited.upper);
  Cursor next = cursor_;
  std::int64_t scanned = 0;
  if (++next.visit >= classes_) {
    next.visit = 0;
    next.last = visited.upper;
    next.done = visited.last;
    scanned = rows;
  }
  write_cursor(next, scanned, written);
  const auto before_commit = Clock::now();
  transaction.commit(fault::Point::backfill_batch);
  const auto commit_ms = ms_since(before_commit);
  cursor_ = next;
  stretch_ = visited;
  shared_.scanned += pace_.rows();
  shared_.written += written;
  if (cursor_.visit == 0 && alone_ > 0) --alone_;
  if (cursor_.visit == 0) pace_.done(ms_since(begin), commit_ms, backends_a_core(db_));
  return !cursor_.done;
}

// Some row of the batch cannot be computed. Smaller batches find it; alone, it goes to the repair queue and the walk goes on.
// The smallest batch has a row of each class: then they go one by one, lest a neighbour is taken for it.
void BackfillWorker::isolate(const Error& error) {
  if (alone_ == 0 && pace_.rows() > 1) return pace_.clashed();
  if (alone_ == 0 && classes_ > 1) {
    alone_ = classes_;
    return;
  }
  alone_ = 0;
  pg::Transaction transaction(db_);
  journal::fence(db_, plan_.name, epoch_);
  const auto found = db_.run("backfill.row", mapping::next_boundary(mapping_), {cursor_.last, cursor_.upper, 0});
  Cursor next = cursor_;
  next.visit = 0;
  if (found.empty()) {
    next.done = true;
  } else {
    next.last = found.text(0, 0);
    db_.run("backfill.queue", R"sql(
      insert into segue.repairs (plan, mapping, key, direction, reason) values ($1, $2, $3::text[], 'new', $4))sql"_sql,
      {plan_.name, mapping_.name, next.last, error.sqlstate()});
  }
  write_cursor(next, 1, 0);
  transaction.commit(fault::Point::backfill_isolated);
  cursor_ = next;
}

void BackfillWorker::clashed(const Error& error) {
  pace_.clashed();
  clashes_.met(error, mapping_.table.name);
}

}  // namespace segue::steps
