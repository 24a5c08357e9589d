#include "base/error.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

namespace {

constexpr int entries_at_once = 1000;

bool is_about_data(const Error& error) { return error.sqlstate().substr(0, 2) == "22"; }

// One queued row. Its new side is computed again: the look-up that failed may find something by now.
void look_again(pg::Connection& writer, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Resolved& mapping,
                const std::string& key, bool compute) {
  mapping::Slice slice;
  slice.one_key = true;
  pg::Transaction transaction(writer);
  if (epoch) journal::fence(writer, plan.name, *epoch);
  if (compute) writer.run("repair.compute", mapping::backfill_batch(mapping, slice), {key});
  writer.run("repair.settle", mapping::settle_repair(mapping), {key});
  transaction.commit(fault::Point::repair_settled);
}

}  // namespace

std::int64_t settle(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Resolved& mapping) {
  const auto texts = absorb_values(db, plan, epoch, mapping);
  if (mapping.retired) return texts;
  const auto open = db.run("repair.open", R"sql(
    select key, bool_and(direction = 'new') from segue.repairs where plan = $1 and mapping = $2 and "resolvedAt" is null
    group by key order by min(at) limit $3::bigint)sql"_sql, {plan.name, mapping.name, entries_at_once});
  if (open.empty()) return texts;
  pg::Connection writer(db.url(), {.application_name = "segue/repair/" + plan.name, .lock_timeout = plan.limits.lock_timeout});
  prepare_writer(writer, plan);
  for (int row = 0; row < open.rows(); ++row) {
    try {
      look_again(writer, plan, epoch, mapping, open.text(row, 0), open.boolean(row, 1));
    } catch (const Error& error) {
      if (!is_about_data(error) && error.code() != ErrorCode::lock_timeout) throw;   // still not computable, or in use: it stays queued
    }
  }
  return texts;
}

}  // namespace segue::steps
