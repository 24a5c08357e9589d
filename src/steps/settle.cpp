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

std::int64_t settle_rows(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Resolved& mapping) {
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
      // Still not computable, in use, or on its way to another partition: it stays queued.
      if (!is_about_data(error) && error.code() != ErrorCode::lock_timeout && error.sqlstate() != "40001") throw;
    }
  }
  return texts;
}

// One queued derived row. Where both rows of a pair are queued, each was written while the other could not be reached:
// which of them is right nobody can tell, so neither is carried over the other.
void look_again(pg::Connection& writer, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Derivation& derivation,
                const std::string& direction, const std::string& key) {
  const bool target_key = direction.starts_with("into ");
  const auto& flow = direction.ends_with("new") ? derivation.to_new : derivation.to_old;
  pg::Transaction transaction(writer);
  if (epoch) journal::fence(writer, plan.name, *epoch);
  const bool torn = !target_key && writer.run("repair.contested", mapping::contested(derivation, flow), {key}).boolean();
  if (!torn) writer.run("repair.carry", mapping::carry_again(derivation, flow, target_key), {key});
  writer.run("repair.settle", mapping::settle_repair(derivation, flow, target_key), {key});
  transaction.commit();
}

bool stays_queued(const Error& error) {
  const auto kind = error.sqlstate().substr(0, 2);
  return kind == "22" || kind == "23" || kind == "40" || error.code() == ErrorCode::lock_timeout || error.sqlstate() == "55P03";
}

void settle_derived(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Derivation& derivation) {
  const auto open = db.run("repair.open", R"sql(
    select direction, key from segue.repairs where plan = $1 and mapping = $2 and "resolvedAt" is null
    group by direction, key order by min(at) limit $3::bigint)sql"_sql, {plan.name, derivation.name, entries_at_once});
  if (open.empty()) return;
  pg::Connection writer(db.url(), {.application_name = "segue/repair/" + plan.name, .search_path = sql::quote_identifier(plan.schema),
                                   .lock_timeout = plan.limits.lock_timeout});
  for (int row = 0; row < open.rows(); ++row) {
    if (derivation.retired && open.text(row, 0).ends_with("new")) continue;
    try {
      look_again(writer, plan, epoch, derivation, open.text(row, 0), open.text(row, 1));
    } catch (const Error& error) {
      if (!stays_queued(error)) throw;
    }
  }
}

}  // namespace

std::int64_t settle(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const Mapped& mapping) {
  if (const auto* rows = std::get_if<mapping::Resolved>(&mapping)) return settle_rows(db, plan, epoch, *rows);
  settle_derived(db, plan, epoch, std::get<mapping::Derivation>(mapping));
  return 0;
}

}  // namespace segue::steps
