// backfill: every row that was there at the start gets its new side; what comes later is the triggers' work.
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "steps/backfill_worker.hpp"
#include "steps/brake.hpp"
#include "steps/mapped.hpp"
#include "steps/ranges.hpp"

namespace segue::steps {

namespace {

using Clock = std::chrono::steady_clock;

std::string cursor_name(const Context& context) { return context.phase.name + "/" + context.step.name; }

int workers_for(const Context& context, const plan::BackfillStep& step) {
  if (context.options.workers > 0) return context.options.workers;
  if (step.workers > 0) return step.workers;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency() / 2, 1u, 2u));
}

void add_range(Context& context, int range, const std::optional<std::string>& lower, const std::optional<std::string>& upper) {
  context.db.run("backfill.range", R"sql(
    insert into segue.cursors (plan, step, range, "lowerKey", "upperKey") values ($1, $2, $3::integer, $4::text[], $5::text[]))sql"_sql,
    {context.plan.name, cursor_name(context), range, lower, upper});
}

// Disjoint key ranges, one a worker; the last ends at the highest key there is now. A resumed backfill keeps its ranges.
int cut_ranges(Context& context, const mapping::Resolved& mapping, int workers) {
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  const auto present = context.db.run("backfill.ranges", "select count(*) from segue.cursors where plan = $1 and step = $2"_sql,
                                      {context.plan.name, cursor_name(context)}).integer();
  if (present > 0) return static_cast<int>(present);
  const auto highest = context.db.run("backfill.highest", mapping::highest_key(mapping));
  if (highest.empty()) return 0;
  const auto rows = catalog::table(context.db, mapping.table).estimated_rows;
  std::optional<std::string> lower;
  int range = 0;
  for (; range + 1 < workers && rows > 0; ++range) {
    const auto cut = context.db.run("backfill.cut", mapping::next_boundary(mapping), {lower, nullptr, rows / workers});
    if (cut.empty()) break;
    add_range(context, range, lower, cut.optional_text(0, 0));
    lower = cut.optional_text(0, 0);
  }
  add_range(context, range, lower, highest.optional_text(0, 0));
  transaction.commit(fault::Point::ranges_cut);
  return range + 1;
}

// Texts that came between the profile and dual write stand in no list: they are read before rows get a meaning from them.
void read_unseen(Context& context, const mapping::Resolved& mapping) {
  for (const auto& value : mapping.values) context.db.run("backfill.unseen", mapping::queue_unseen(mapping, value));
  absorb_values(context.db, context.plan, context.epoch, mapping);
}

struct Team {
  Shared shared;
  std::vector<std::thread> threads;
  std::vector<std::exception_ptr> errors;
  std::atomic<int> running{0};
  void join() {
    for (auto& thread : threads)
      if (thread.joinable()) thread.join();
  }
  ~Team() {                                                      // left by an error: the workers end with their batch
    shared.stop = true;
    join();
  }
};

void start(Context& context, const mapping::Resolved& mapping, const mapping::Derivation* derived, int ranges, Team& team) {
  team.errors.resize(static_cast<std::size_t>(ranges));
  team.running = ranges;
  for (int range = 0; range < ranges; ++range)
    team.threads.emplace_back([&context, &mapping, &team, derived, range] {
      try {
        BackfillWorker(context.db.url(), context.plan, context.epoch, mapping, cursor_name(context), range, team.shared, derived).run();
      } catch (...) {
        team.errors[static_cast<std::size_t>(range)] = std::current_exception();
        team.shared.stop = true;
      }
      --team.running;
    });
}

void watch(Context& context, Team& team, Brake& brake, std::int64_t total) {
  while (team.running > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    team.shared.paused = brake.look();
    context.progress.rows(std::min(team.shared.scanned.load(), total), total);
    if (interrupted()) team.shared.stop = true;
  }
  team.join();
  for (const auto& error : team.errors)
    if (error) std::rethrow_exception(error);
  stop_if_interrupted();
}

struct Walked { std::int64_t scanned, written, batches; };

Walked walked(Context& context) {
  const auto sums = context.db.run("backfill.sums", R"sql(
    select coalesce(sum(scanned), 0), coalesce(sum(written), 0), coalesce(sum(batches), 0)
    from segue.cursors where plan = $1 and step = $2)sql"_sql, {context.plan.name, cursor_name(context)});
  return {sums.integer(0, 0), sums.integer(0, 1), sums.integer(0, 2)};
}

// Between a rollback and this run nobody followed the driving table: derived rows that it has left behind go as the plan says.
bool was_undone(Context& context) {
  return context.db.run("backfill.undone", "select exists (select 1 from segue.audit where plan = $1 and action = $2)"_sql,
                        {context.plan.name, "step undone: " + context.phase.name + " / " + context.step.name}).boolean();
}

void clear_leftovers(Context& context, const mapping::Derivation& derivation) {
  Ranges(context, derivation.to_old.source, "backfill", fault::Point::backfill_batch).run({mapping::sweep_range(derivation)});
}

}  // namespace

journal::Evidence run(Context& context, const plan::BackfillStep& step) {
  const auto found = mapped(context.db, context.plan, step.mapping);
  const auto* derived = std::get_if<mapping::Derivation>(&found);
  const auto& mapping = derived != nullptr ? derived->to_new.source : std::get<mapping::Resolved>(found);
  const auto total = std::max<std::int64_t>(1, catalog::table(context.db, mapping.table).estimated_rows);
  const auto begin = Clock::now();
  read_unseen(context, mapping);
  const int ranges = cut_ranges(context, mapping, workers_for(context, step));
  Team team;
  team.shared.scanned = walked(context).scanned;
  Brake brake(context);
  team.shared.paused = brake.look();
  start(context, mapping, derived, ranges, team);
  watch(context, team, brake, total);
  fault::point(fault::Point::backfill_walked, context.db.socket());
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  // The planner has never seen values in the new columns.
  const auto& filled = derived != nullptr ? derived->to_old.source.table : mapping.table;
  context.db.run("backfill.analyze", sql::build("analyze {}"_sql, filled));
  if (derived != nullptr && was_undone(context)) clear_leftovers(context, *derived);
  const auto sums = walked(context);
  context.progress.note(fmt::format("{} rows written in {} batches by {} worker{}", sums.written, sums.batches, ranges, ranges == 1 ? "" : "s"));
  journal::Evidence evidence;
  evidence.rows = sums.written;
  evidence.detail = boost::json::serialize(boost::json::object{
      {"written", sums.written}, {"batches", sums.batches}, {"workers", ranges}, {"seconds", seconds}});
  return evidence;
}

// The values stay, unread by anyone, until their columns go; a later forward run compares and writes what changed since.
void undo(Context& context, const plan::BackfillStep&) {
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  context.db.run("backfill.forget", "delete from segue.cursors where plan = $1 and step = $2"_sql, {context.plan.name, cursor_name(context)});
  transaction.commit(fault::Point::cursors_forgotten);
}

}  // namespace segue::steps
