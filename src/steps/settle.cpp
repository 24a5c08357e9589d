// The repair queue heals itself where it can: what could not be computed is computed again, and entries whose sides agree are closed.
#include "base/error.hpp"
#include "steps/repairs.hpp"

namespace segue::steps {

namespace {

constexpr int entries_at_once = 1000;

bool is_about_data(const Error& error) { return error.sqlstate().substr(0, 2) == "22"; }

// One queued row. The side that could not be computed is computed again: the look-up that failed may find something by now, the enum
// have the word. Of a row that is queued for both sides only a person can say which is right.
void look_again(pg::Connection& writer, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Resolved& mapping,
                const std::string& key, const std::string& side) {
  mapping::Slice slice;
  slice.one_key = true;
  pg::Transaction transaction(writer);
  if (epoch) journal::fence(writer, plan.name, *epoch);
  if (side == "new") writer.run("repair.compute", mapping::backfill_batch(mapping, slice), {key});
  if (side == "old" && !mapping.to_old.columns.empty() && writer.run("repair.compute", mapping::write_old_side(mapping, false), {key}).affected() > 0)
    for (const auto& value : mapping.values) writer.run("repair.unseen", mapping::queue_unseen(mapping, value, true), {key});
  writer.run("repair.settle", mapping::settle_repair(mapping), {key});
  transaction.commit(fault::Point::repair_settled);
}

// Oldest first, from the entry `after` on; `visit` gets the result and a row of it. Once, or until all were visited.
template <class Open, class Visit> void each_page(bool everything, const Open& open, const Visit& visit) {
  std::string after = "0";
  for (bool more = true; more;) {
    const auto rows = open(after);
    for (int row = 0; row < rows.rows(); ++row) visit(rows, row);
    more = everything && rows.rows() == entries_at_once;
    if (more) after = rows.text(rows.rows() - 1, 2);
  }
}

std::int64_t settle_rows(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Resolved& mapping, bool everything) {
  const auto texts = absorb_values(db, plan, epoch, mapping);
  if (mapping.retired) return texts;
  std::optional<pg::Connection> writer;
  const auto open = [&](const std::string& after) {
    return db.run("repair.open", R"sql(
      select key, case when count(distinct direction) = 1 then min(direction) else 'both' end, min(id) from segue.repairs
      where plan = $1 and mapping = $2 and "resolvedAt" is null
      group by key having not bool_and("acceptedAt" is not null) and min(id) > $4::bigint order by min(id) limit $3::bigint)sql"_sql,
      {plan.name, mapping.name, entries_at_once, after});
  };
  each_page(everything, open, [&](const pg::Result& rows, int row) {
    if (!writer) {
      writer.emplace(db.url(), pg::Session{.application_name = "segue/repair/" + plan.name, .lock_timeout = plan.limits.lock_timeout});
      prepare_writer(*writer, plan);
    }
    try {
      look_again(*writer, plan, epoch, mapping, rows.text(row, 0), rows.text(row, 1));
    } catch (const Error& error) {
      // Still not computable, in use, or on its way to another partition: it stays queued.
      if (!is_about_data(error) && error.code() != ErrorCode::lock_timeout && error.sqlstate() != "40001") throw;
    }
  });
  return texts;
}

// One queued derived row. Where both rows of a pair are queued, each was written while the other could not be reached:
// which of them is right nobody can tell, and `carry` leaves both as they are.
void look_again(pg::Connection& writer, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Derivation& derivation,
                const std::string& direction, const std::string& key) {
  const bool target_key = direction.starts_with("into ");
  const auto& flow = direction.ends_with("new") ? derivation.to_new : derivation.to_old;
  pg::Transaction transaction(writer);
  if (epoch) journal::fence(writer, plan.name, *epoch);
  writer.run("repair.hold", mapping::hold_again(flow, target_key), {key});
  writer.run("repair.carry", mapping::carry_again(derivation, flow, target_key), {key});
  writer.run("repair.settle", mapping::settle_repair(derivation, flow, target_key), {key});
  transaction.commit();
}

bool stays_queued(const Error& error) {
  const auto kind = error.sqlstate().substr(0, 2);
  return kind == "22" || kind == "23" || kind == "40" || error.code() == ErrorCode::lock_timeout || error.sqlstate() == "55P03";
}

void settle_derived(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Derivation& derivation, bool everything) {
  std::optional<pg::Connection> writer;
  const auto open = [&](const std::string& after) {
    return db.run("repair.open", R"sql(
      select direction, key, min(id) from segue.repairs where plan = $1 and mapping = $2 and "resolvedAt" is null and "acceptedAt" is null
      group by direction, key having min(id) > $4::bigint order by min(id) limit $3::bigint)sql"_sql, {plan.name, derivation.name, entries_at_once, after});
  };
  each_page(everything, open, [&](const pg::Result& rows, int row) {
    if (!writer)
      writer.emplace(db.url(), pg::Session{.application_name = "segue/repair/" + plan.name, .search_path = sql::quote_identifier(plan.schema),
                                            .lock_timeout = plan.limits.lock_timeout});
    if (derivation.retired && rows.text(row, 0).ends_with("new")) return;
    try {
      look_again(*writer, plan, epoch, derivation, rows.text(row, 0), rows.text(row, 1));
    } catch (const Error& error) {
      if (!stays_queued(error)) throw;
    }
  });
}

void carry_if_possible(pg::Connection& db, const mapping::Derivation& derivation, const std::string& direction, const std::string& key) {
  db.run("settle.savepoint", "savepoint segue_entry"_sql);
  try {
    db.run("settle.last", mapping::carry_again(derivation, derivation.to_old, direction.starts_with("into ")), {key});
  } catch (const Error& error) {
    if (!stays_queued(error)) throw;
    db.run("settle.savepoint", "rollback to savepoint segue_entry"_sql);
  }
}

}  // namespace

void settle_last(pg::Connection& db, const plan::Plan& plan, const mapping::Derivation& derivation) {
  db.run("settle.search_path", "select set_config('search_path', $1, true)"_sql, {sql::quote_identifier(plan.schema)});
  const auto open = db.run("settle.open", R"sql(
    select direction, key from segue.repairs where plan = $1 and mapping = $2 and direction in ('old', 'into old') and "resolvedAt" is null and "acceptedAt" is null
    group by direction, key order by min(at))sql"_sql, {plan.name, derivation.name});
  for (int row = 0; row < open.rows(); ++row) carry_if_possible(db, derivation, open.text(row, 0), open.text(row, 1));
  db.run("settle.closed", R"sql(
    update segue.repairs set "resolvedAt" = clock_timestamp() where plan = $1 and mapping = $2 and "resolvedAt" is null)sql"_sql, {plan.name, derivation.name});
}

std::int64_t settle(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const Mapped& mapping, bool everything) {
  reopen_changed(db, plan, epoch, mapping);
  if (const auto* rows = std::get_if<mapping::Resolved>(&mapping)) return settle_rows(db, plan, epoch, *rows, everything);
  const auto& derivation = std::get<mapping::Derivation>(mapping);
  const auto texts = absorb_values(db, plan, epoch, derivation.to_new.source);
  settle_derived(db, plan, epoch, derivation, everything);
  return texts;
}

}  // namespace segue::steps
