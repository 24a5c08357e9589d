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
void cut_ranges(Context& context, const mapping::Resolved& mapping, int workers) {
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  const auto present = context.db.run("backfill.ranges", "select count(*) from segue.cursors where plan = $1 and step = $2"_sql,
                                      {context.plan.name, cursor_name(context)}).integer();
  if (present > 0) return;
  const auto highest = context.db.run("backfill.highest", mapping::highest_key(mapping));
  if (highest.empty()) return;
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
}

// Texts that came between the profile and dual write stand in no list: they are read before rows get a meaning from them.
void read_unseen(Context& context, const mapping::Resolved& mapping) {
  for (const auto& value : mapping.values) context.db.run("backfill.unseen", mapping::queue_unseen(mapping, value));
  absorb_values(context.db, context.plan, context.epoch, mapping);
}

struct Team {
  Shared& shared;
  std::vector<int> ranges;
  std::atomic<std::size_t> taken{0};
  std::vector<std::thread> threads;
  std::vector<std::exception_ptr> errors;
  std::atomic<int> running{0};
  void join() {
    for (auto& thread : threads)
      if (thread.joinable()) thread.join();
  }
  ~Team() {
    if (running > 0) shared.stop = true;                         // left by an error: the workers end with their batch
    join();
  }
};

struct Walk {
  Context& context;
  const mapping::Resolved& mapping;
  const mapping::Derivation* derived;
  std::size_t workers;
  std::int64_t total;                                            // rows, as estimated
};

// Each worker takes the next of the ranges until there is none.
void start(const Walk& walk, Held held, Team& team) {
  const auto workers = std::min(walk.workers, team.ranges.size());
  team.errors.resize(workers);
  team.running = static_cast<int>(workers);
  for (std::size_t number = 0; number < workers; ++number)
    team.threads.emplace_back([&walk, &team, held, number] {
      try {
        BackfillWorker worker(walk.context.db.url(), walk.context.plan, walk.context.epoch, walk.mapping, cursor_name(walk.context), held, team.shared, walk.derived);
        for (auto next = team.taken++; next < team.ranges.size() && !team.shared.stop; next = team.taken++) worker.walk(team.ranges[next]);
      } catch (...) {
        team.errors[number] = std::current_exception();
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

std::vector<int> open_ranges(Context& context) {
  const auto rows = context.db.run("backfill.open", "select range from segue.cursors where plan = $1 and step = $2 and not done order by range"_sql,
                                   {context.plan.name, cursor_name(context)});
  std::vector<int> ranges;
  for (int row = 0; row < rows.rows(); ++row) ranges.push_back(static_cast<int>(rows.integer(row, 0)));
  return ranges;
}

// Rows that others hold are passed by first, and waited for when all the rest is done.
void walk(const Walk& walk, Shared& shared) {
  Brake brake(walk.context);
  for (const auto held : {Held::pass_by, Held::wait_for}) {
    Team team{.shared = shared, .ranges = open_ranges(walk.context)};
    if (held == Held::wait_for && !team.ranges.empty()) walk.context.progress.note("all is written but rows that others hold: they come now");
    shared.paused = brake.look();
    start(walk, held, team);
    watch(walk.context, team, brake, walk.total);
  }
}

struct Walked { std::int64_t scanned, written, batches; int ranges; };

Walked walked(Context& context) {
  const auto sums = context.db.run("backfill.sums", R"sql(
    select coalesce(sum(scanned), 0), coalesce(sum(written), 0), coalesce(sum(batches), 0), coalesce(max(range) + 1, 0)
    from segue.cursors where plan = $1 and step = $2)sql"_sql, {context.plan.name, cursor_name(context)});
  return {sums.integer(0, 0), sums.integer(0, 1), sums.integer(0, 2), static_cast<int>(sums.integer(0, 3))};
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
  const int workers = workers_for(context, step);
  cut_ranges(context, mapping, workers);
  const auto before = walked(context);
  Shared shared;
  shared.scanned = before.scanned;
  shared.ranges = before.ranges;
  walk({context, mapping, derived, static_cast<std::size_t>(workers), total}, shared);
  fault::point(fault::Point::backfill_walked, context.db.socket());
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  // The planner has never seen values in the new columns.
  const auto& filled = derived != nullptr ? derived->to_old.source.table : mapping.table;
  context.db.run("backfill.analyze", sql::build("analyze {}"_sql, filled));
  if (derived != nullptr && was_undone(context)) clear_leftovers(context, *derived);
  const auto sums = walked(context);
  context.progress.note(fmt::format("{} rows written in {} batches by {} worker{}", sums.written, sums.batches, workers, workers == 1 ? "" : "s"));
  journal::Evidence evidence;
  evidence.rows = sums.written;
  evidence.detail = boost::json::serialize(boost::json::object{
      {"written", sums.written}, {"batches", sums.batches}, {"workers", workers}, {"seconds", seconds}});
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
