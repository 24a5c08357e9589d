#include "steps/backfill_worker.hpp"

#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "steps/held_rows.hpp"
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
                               std::string name, Held held, Shared& shared, const mapping::Derivation* derived)
    : db_(url, {.application_name = "segue/backfill/" + plan.name, .lock_timeout = plan.limits.lock_timeout}),
      plan_(plan), epoch_(epoch), mapping_(mapping), name_(std::move(name)), others_rows_(held), shared_(shared), derived_(derived),
      classes_(derived == nullptr && std::abs(mapping.key_correlation) > ordered ? visits : 1),
      pace_(Pace::Limits{.batch_ms = static_cast<double>(plan.limits.lock_timeout.count())}), clashes_(plan.limits.lock_budget) {
  prepare_writer(db_, plan);
}

// A stretch that was cut off is visited from its first class again: its end may lie elsewhere this time.
void BackfillWorker::read_cursor() {
  const auto rows = db_.run("backfill.cursor", R"sql(
    select "upperKey", coalesce("lastKey", "lowerKey"), done from segue.cursors where plan = $1 and step = $2 and range = $3::integer)sql"_sql,
    {plan_.name, name_, range_});
  cursor_ = {rows.optional_text(0, 0), rows.optional_text(0, 1), 0, rows.boolean(0, 2)};
}

void BackfillWorker::walk(int range) {
  range_ = range;
  held_.reset();
  alone_ = 0;
  careful_ = derived_ == nullptr && others_rows_ == Held::wait_for;
  read_cursor();
  fault::point(fault::Point::worker_started, db_.socket());
  while (!cursor_.done && !shared_.stop) {
    if (shared_.paused) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    try {
      batch();
      clashes_.none();
      rest();
    } catch (const Error& error) {
      failed(error);
    }
  }
}

void BackfillWorker::rest() {
  const auto rest = std::chrono::duration<double, std::milli>(pace_.rest_ms());
  for (const auto end = Clock::now() + rest; Clock::now() < end && !shared_.stop;)
    std::this_thread::sleep_for(std::min<std::chrono::duration<double, std::milli>>(end - Clock::now(), std::chrono::milliseconds(50)));
}

// The rows up to `upper` that lie in this visit's hash class.
std::int64_t BackfillWorker::write(const std::optional<std::string>& upper) {
  if (derived_ != nullptr) return db_.run("backfill.carry", mapping::fill_range(*derived_), {cursor_.last, upper}).integer();
  if (careful_) return write_free_rows(upper);
  mapping::Slice slice;
  slice.classes = alone_ > 0 ? 1 : classes_;
  slice.number = cursor_.visit;
  slice.skip_repairs = true;
  return db_.run("backfill.batch", mapping::backfill_batch(mapping_, slice), {cursor_.last, upper}).affected();
}

// The rows up to `upper` that nobody holds, and whether any is left. Two statements: the second sees the rows as they were locked.
std::int64_t BackfillWorker::write_free_rows(const std::optional<std::string>& upper) {
  const auto free = db_.run("backfill.free", mapping::lock_free_rows(mapping_), {cursor_.last, upper, nullptr}).optional_text(0, 0);
  const auto written = free ? db_.run("backfill.free_batch", mapping::backfill_rows(mapping_), {*free}).affected() : 0;
  const auto left = db_.run("backfill.left", mapping::row_to_fill(mapping_), {cursor_.last, upper, free});
  held_ = left.empty() ? std::nullopt : left.optional_text(0, 0);
  return written;
}

// A range of its own for rows up to `upper`, which others hold. The numbers of this worker's ranges are its own.
void BackfillWorker::leave_behind(const std::optional<std::string>& upper) {
  const pg::Params values{plan_.name, name_, range_, shared_.ranges, cursor_.last, upper};
  const auto longer = db_.run("backfill.leave_more", R"sql(
    update segue.cursors set "upperKey" = $6::text[]
    where plan = $1 and step = $2 and not done and "lastKey" is null and "upperKey" = $5::text[] and range >= $4::integer and range =
      (select max(range) from segue.cursors where plan = $1 and step = $2 and range % $4::integer = $3::integer % $4::integer))sql"_sql, values);
  if (longer.affected() > 0) return;
  db_.run("backfill.leave", R"sql(
    insert into segue.cursors (plan, step, range, "lowerKey", "upperKey")
    select $1, $2, max(range) + $4::integer, $5::text[], $6::text[] from segue.cursors
    where plan = $1 and step = $2 and range % $4::integer = $3::integer % $4::integer)sql"_sql, values);
}

void BackfillWorker::write_cursor(const Cursor& next, std::int64_t scanned, std::int64_t written) {
  db_.run("backfill.advance", R"sql(
    update segue.cursors set "lastKey" = $4, visit = $5::integer, done = $6::boolean, scanned = scanned + $7::bigint,
      written = written + $8::bigint, batches = batches + 1, "updatedAt" = clock_timestamp()
    where plan = $1 and step = $2 and range = $3::integer)sql"_sql,
    {plan_.name, name_, range_, next.last, next.visit, next.done, scanned, written});
}

// Rows that were deleted since the first visit would move the boundary on, over rows whose class is not visited again:
// a later visit never goes beyond an earlier one (a clash may make it end sooner).
BackfillWorker::Stretch BackfillWorker::next_stretch(std::int64_t rows) {
  const auto limit = cursor_.visit == 0 ? Stretch{cursor_.upper, true} : stretch_;
  const auto found = db_.run("backfill.boundary", mapping::next_boundary(mapping_), {cursor_.last, limit.upper, rows - 1});
  return found.empty() ? limit : Stretch{found.optional_text(0, 0), false};
}

BackfillWorker::Cursor BackfillWorker::behind(const Stretch& visited) const {
  Cursor next = cursor_;
  if (held_ && others_rows_ == Held::wait_for) return next;
  if (++next.visit < classes_ && !careful_ && alone_ == 0) return next;
  next.visit = 0;
  next.last = visited.upper;
  next.done = visited.last;
  return next;
}

void BackfillWorker::batch() {
  pg::Transaction transaction(db_);
  if (held_) wait_for_row(db_, plan_, mapping_, *held_);
  const auto begin = Clock::now();
  journal::fence(db_, plan_.name, epoch_);
  const auto rows = alone_ > 0 ? 1 : careful_ ? pace_.rows() : pace_.rows() * classes_;
  const auto visited = next_stretch(rows);
  const auto written = write(visited.upper);
  if (held_ && others_rows_ == Held::pass_by) leave_behind(visited.upper);
  const auto next = behind(visited);
  write_cursor(next, next.visit == 0 && others_rows_ == Held::pass_by ? rows : 0, written);
  const auto before_commit = Clock::now();
  transaction.commit(fault::Point::backfill_batch);
  const auto commit_ms = ms_since(before_commit);
  cursor_ = next;
  stretch_ = visited;
  if (others_rows_ == Held::pass_by) {
    careful_ = held_.has_value();
    held_.reset();
  }
  shared_.scanned += pace_.rows();
  shared_.written += written;
  if (alone_ > 0) --alone_;
  if (cursor_.visit == 0) pace_.done(ms_since(begin), commit_ms, backends_a_core(db_));
}

// Smaller batches find the row that cannot be written. Alone, it is recorded, and the walk goes on behind it. The smallest batch has a row
// of each class: then they go one by one, lest a neighbour is taken for it.
void BackfillWorker::pass_by(fault::Point point, const std::function<void(const std::string&)>& record) {
  if (alone_ == 0 && pace_.rows() > 1) return pace_.clashed();
  cursor_.visit = 0;
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
    record(*next.last);
  }
  write_cursor(next, 1, 0);
  transaction.commit(point);
  cursor_ = next;
}

void BackfillWorker::failed(const Error& error) {
  const auto kind = error.sqlstate().substr(0, 2);
  if (kind == "22" || (kind == "23" && derived_ != nullptr)) {
    pass_by(fault::Point::backfill_isolated, [&](const std::string& key) {
      db_.run("backfill.queue", R"sql(
        insert into segue.repairs (plan, mapping, key, direction, reason) values ($1, $2, $3::text[], 'new', $4))sql"_sql,
        {plan_.name, mapping_.name, key, error.sqlstate()});
    });
  } else if (is_clash(error) && derived_ != nullptr && others_rows_ == Held::pass_by) {
    pass_by(fault::Point::backfill_batch, [&](const std::string& key) { leave_behind(key); });
  } else {
    clashes_.met(error, db_, mapping_.table);
    pace_.clashed();
    careful_ = derived_ == nullptr;
    cursor_.visit = 0;
  }
}

}  // namespace segue::steps
