// The repair queue heals itself where it can: what could not be computed is computed again, and entries whose sides agree are closed.
#include "base/error.hpp"
#include "steps/repairs.hpp"

namespace segue::steps {

namespace {

constexpr int entries_at_once = 1000;

// Still not computable, refused by a constraint, in use, or on its way to another partition.
bool stays_queued(const Error& error) {
  const auto kind = error.sqlstate().substr(0, 2);
  return kind == "22" || kind == "23" || kind == "40" || error.code() == ErrorCode::lock_timeout || error.sqlstate() == "55P03";
}

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

std::int64_t settle_rows(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Resolved& mapping, bool everything,
                         Progress* progress) {
  const auto texts = absorb_values(db, plan, epoch, mapping, progress);
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
      if (!stays_queued(error)) throw;
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

// To the old side, which is the one that stays.
void carry_last(pg::Connection& db, const mapping::Resolved& mapping, const std::string&, const std::string& key) {
  if (!mapping.to_old.columns.empty()) db.run("settle.last", mapping::write_old_side(mapping, false), {key});
  db.run("settle.last", mapping::settle_repair(mapping), {key});
}

void carry_last(pg::Connection& db, const mapping::Derivation& derivation, const std::string& direction, const std::string& key) {
  const bool target_key = direction.starts_with("into ");
  db.run("settle.last", mapping::carry_again(derivation, derivation.to_old, target_key), {key});
  db.run("settle.last", mapping::settle_repair(derivation, derivation.to_old, target_key), {key});
}

void carry_if_possible(pg::Connection& db, const Mapped& mapping, const std::string& direction, const std::string& key) {
  db.run("settle.savepoint", "savepoint segue_entry"_sql);
  try {
    std::visit([&](const auto& one) { carry_last(db, one, direction, key); }, mapping);
  } catch (const Error& error) {
    if (!stays_queued(error)) throw;
    db.run("settle.savepoint", "rollback to savepoint segue_entry"_sql);
  }
}

}  // namespace

std::int64_t settle_last(pg::Connection& db, const plan::Plan& plan, const Mapped& mapping) {
  const auto* derivation = std::get_if<mapping::Derivation>(&mapping);
  const auto& name = derivation != nullptr ? derivation->name : std::get<mapping::Resolved>(mapping).name;
  db.run("settle.search_path", "select set_config('search_path', $1, true), set_config('enable_seqscan', 'off', true)"_sql, {sql::quote_identifier(plan.schema)});
  if (derivation == nullptr) db.run("settle.mark", "select set_config('segue.backfill', 'on', true), set_config('segue.follow', 'off', true)"_sql);
  // Of one row that is queued for both its sides nobody can tell which is right. Of derived rows each side has keys of its own.
  const auto open = db.run("settle.open", R"sql(
    select direction, key from segue.repairs r where plan = $1 and mapping = $2 and direction in ('old', 'into old') and "resolvedAt" is null and "acceptedAt" is null
      and ($3::boolean or not exists (select 1 from segue.repairs o where o.plan = $1 and o.mapping = $2 and o.key = r.key and o."resolvedAt" is null and o.direction <> 'old'))
    group by direction, key order by min(at))sql"_sql, {plan.name, name, derivation != nullptr});
  for (int row = 0; row < open.rows(); ++row) carry_if_possible(db, mapping, open.text(row, 0), open.text(row, 1));
  return db.run("settle.closed", R"sql(
    with closed as (
      update segue.repairs set "resolvedAt" = clock_timestamp() where plan = $1 and mapping = $2 and "resolvedAt" is null returning direction, key)
    select count(distinct (direction, key)) from closed)sql"_sql, {plan.name, name}).integer();
}

std::int64_t settle(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const Mapped& mapping, bool everything, Progress* progress) {
  reopen_changed(db, plan, epoch, mapping);
  if (const auto* rows = std::get_if<mapping::Resolved>(&mapping)) return settle_rows(db, plan, epoch, *rows, everything, progress);
  const auto& derivation = std::get<mapping::Derivation>(mapping);
  const auto texts = absorb_values(db, plan, epoch, derivation.to_new.source, progress);
  settle_derived(db, plan, epoch, derivation, everything);
  return texts;
}

}  // namespace segue::steps
