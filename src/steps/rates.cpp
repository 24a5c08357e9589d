#include "steps/rates.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto longest_sample = std::chrono::milliseconds(2000);
constexpr int rows_compared = 2000, rows_read = 20'000;
constexpr double enough = 1000;                                  // rows that say something about a rate
constexpr double to_write = 15e-6;                               // seconds a row more than to compute it: docs/benchmarks.md

// The last backfill that is done, or this one's first attempt so far.
std::optional<Rate> earlier_batches(pg::Connection& db, const plan::Plan& plan, const std::string& cursor) {
  if (!journal::is_installed(db)) return std::nullopt;
  const auto rows = db.run("rates.batches", R"sql(
    select seconds / written, source from (
      select extract(epoch from max(c."updatedAt") - max(s."beganAt")) as seconds, sum(c.scanned) as written, 'its batches so far' as source, 1 as place
        from segue.cursors c join segue.steps s on s.plan = c.plan and s.phase || '/' || s.step = c.step and s.state = 'begun' and s.attempts = 1
        where c.plan = $1 and c.step = $2
      union all select (detail->>'seconds')::double precision, (detail->>'written')::bigint, 'the backfill of ' || "endedAt"::date, 2
        from (select * from segue.steps where kind = 'backfill' and state = 'done' order by "endedAt" desc limit 1) last) known
    where written >= $3::bigint and seconds > 0 order by place limit 1)sql"_sql, {plan.name, cursor, static_cast<std::int64_t>(enough)});
  if (rows.empty()) return std::nullopt;
  return Rate{rows.number(0, 0), rows.text(0, 1)};
}

// READ ONLY, and given up where it takes long: nobody waits for an estimate.
std::optional<double> timed(pg::Connection& db, const std::function<double()>& rows) {
  try {
    pg::Transaction reading(db, "begin read only"_sql);
    db.run("rates.timeout", "select set_config('statement_timeout', $1, true)"_sql, {longest_sample.count()});
    db.run("rates.no_scan", "set local enable_seqscan = off"_sql);
    const auto begin = Clock::now();
    const double read = rows();
    if (read < 1) return std::nullopt;
    return std::chrono::duration<double>(Clock::now() - begin).count() / read;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::connection) throw;
    return std::nullopt;
  }
}

double compare_some(pg::Connection& db, const Mapped& found) {
  const auto* derived = std::get_if<mapping::Derivation>(&found);
  const auto& walked = derived != nullptr ? derived->to_new.source : std::get<mapping::Resolved>(found);
  const auto next = db.run("rates.boundary", mapping::next_boundary(walked), {nullptr, nullptr, rows_compared - 1});
  const auto upper = next.empty() ? std::nullopt : next.optional_text(0, 0);
  const auto statement = derived != nullptr ? mapping::compare_range(*derived, derived->to_new) : mapping::compare_range(walked);
  return db.run("rates.compare", statement, {nullptr, upper}).number(0, 0);
}

}  // namespace

std::optional<Rate> rate_of_filling(pg::Connection& db, const plan::Plan& plan, const std::string& cursor, const std::string& mapping) {
  if (auto known = earlier_batches(db, plan, cursor)) return known;
  const auto seconds = timed(db, [&] { return compare_some(db, mapped(db, plan, mapping)); });
  if (!seconds) return std::nullopt;
  return Rate{*seconds + to_write, fmt::format("a sample of {} rows", grouped(rows_compared))};
}

std::optional<Rate> rate_of_reading(pg::Connection& db, const sql::QualifiedName& table) {
  const auto seconds = timed(db, [&] {
    return db.run("rates.read", sql::build("select count(pg_column_size(x)) from (select x from {} x limit {}) s"_sql, table, rows_read)).number();
  });
  if (!seconds) return std::nullopt;
  return Rate{*seconds, fmt::format("a sample of {} rows", grouped(rows_read))};
}

}  // namespace segue::steps
