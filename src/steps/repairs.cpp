#include "steps/repairs.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "mapping/fingerprint.hpp"

namespace segue::steps {

using sql::build;

namespace {

const std::string& name_of(const Mapped& mapping) {
  return std::visit([](const auto& one) -> const std::string& { return one.name; }, mapping);
}

std::vector<mapping::Fingerprint> fingerprints(const Mapped& mapping) {
  return std::visit([](const auto& one) { return mapping::fingerprints(one); }, mapping);
}

bool is_about_data(const Error& error) { return error.sqlstate().substr(0, 2) == "22"; }

// Returns the entries. `entry`: none stands for all of them.
std::int64_t reopen(pg::Connection& db, const plan::Plan& plan, const Mapped& mapping, const mapping::Fingerprint& print, const std::optional<std::string>& entry) {
  return db.run("repair.reopen", build(R"sql(
    update segue.repairs segue_q set "acceptedAt" = null, "acceptedBy" = null, "acceptedFor" = null, "acceptedAs" = null
    where segue_q.plan = $1 and segue_q.mapping = $2 and segue_q."resolvedAt" is null and segue_q."acceptedAt" is not null
      and segue_q.direction = any ($3::text[]) and ($4::bigint is null or segue_q.id = $4::bigint)
      and segue_q."acceptedAs" is distinct from {})sql"_sql, print.of), {plan.name, name_of(mapping), print.directions, entry}).affected();
}

// One row whose claims cannot be computed any more keeps no other from being looked at; it is itself not what was accepted.
std::int64_t reopen_one_by_one(pg::Connection& db, const plan::Plan& plan, const Mapped& mapping, const mapping::Fingerprint& print) {
  const auto entries = db.run("repair.accepted", R"sql(
    select id from segue.repairs where plan = $1 and mapping = $2 and "resolvedAt" is null and "acceptedAt" is not null and direction = any ($3::text[]))sql"_sql,
    {plan.name, name_of(mapping), print.directions});
  std::int64_t opened = 0;
  for (int row = 0; row < entries.rows(); ++row) {
    const auto id = entries.text(row, 0);
    try {
      opened += reopen(db, plan, mapping, print, id);
    } catch (const Error& error) {
      if (!is_about_data(error)) throw;
      opened += reopen(db, plan, mapping, {print.directions, "null::bigint"_sql}, id);
    }
  }
  return opened;
}

std::int64_t reopen(pg::Connection& db, const plan::Plan& plan, const Mapped& mapping, const mapping::Fingerprint& print) {
  try {
    return reopen(db, plan, mapping, print, std::nullopt);
  } catch (const Error& error) {
    if (!is_about_data(error)) throw;
  }
  return reopen_one_by_one(db, plan, mapping, print);
}

bool any_accepted(pg::Connection& db, const plan::Plan& plan, const std::string& mapping) {
  return db.run("repair.any_accepted", R"sql(
    select exists (select 1 from segue.repairs where plan = $1 and mapping = $2 and "resolvedAt" is null and "acceptedAt" is not null))sql"_sql,
    {plan.name, mapping}).boolean();
}

}  // namespace

std::int64_t accept_repairs(pg::Connection& db, const plan::Plan& plan, const Mapped& mapping, const journal::RepairFilter& filter,
                            const std::string& actor, const std::string& reason) {
  std::int64_t rows = 0;
  for (const auto& print : fingerprints(mapping))
    rows += db.run("repair.accept", build(R"sql(
      with standing as (
        select segue_q.id, {} as now from segue.repairs segue_q
        where segue_q.plan = $1 and segue_q.mapping = $2 and segue_q."resolvedAt" is null and segue_q."acceptedAt" is null
          and segue_q.direction = any ($3::text[]) and ($4 = '' or array_to_string(segue_q.key, '/') = $4)
          and ($5 = '' or segue_q.direction = $5) and ($6 = '' or segue_q.reason = $6)),
      accepted as (
        update segue.repairs q set "acceptedAt" = clock_timestamp(), "acceptedBy" = $7, "acceptedFor" = $8, "acceptedAs" = s.now
        from standing s where q.id = s.id and s.now is not null returning q.key)
      select count(distinct key) from accepted)sql"_sql, print.of),
      {plan.name, name_of(mapping), print.directions, filter.key, filter.side, filter.reason, actor, reason}).integer();
  return rows;
}

std::int64_t withdraw_acceptance(pg::Connection& db, const plan::Plan& plan, const journal::RepairFilter& filter) {
  return db.run("repair.withdraw", R"sql(
    with waiting as (
      update segue.repairs q set "acceptedAt" = null, "acceptedBy" = null, "acceptedFor" = null, "acceptedAs" = null
      where plan = $1 and mapping = $2 and "resolvedAt" is null and "acceptedAt" is not null and ($3 = '' or array_to_string(key, '/') = $3)
        and ($4 = '' or direction = $4) and ($5 = '' or reason = $5) returning key)
    select count(distinct key) from waiting)sql"_sql, {plan.name, filter.mapping, filter.key, filter.side, filter.reason}).integer();
}

std::int64_t reopen_changed(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const Mapped& mapping) {
  if (!any_accepted(db, plan, name_of(mapping)) || !is_synced(db, mapping)) return 0;
  std::int64_t opened = 0;
  for (const auto& print : fingerprints(mapping)) opened += reopen(db, plan, mapping, print);
  if (opened == 0) return 0;
  pg::Transaction transaction(db);
  if (epoch) journal::fence(db, plan.name, *epoch);
  journal::audit(db, plan.name, "segue", "accepted rows were written: they wait again", {},
                 boost::json::serialize(boost::json::object{{"mapping", name_of(mapping)}, {"entries", opened}}));
  transaction.commit();
  return opened;
}

void reopen_changed(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch) {
  for (const auto& definition : plan.mappings)
    if (any_accepted(db, plan, definition.name)) reopen_changed(db, plan, epoch, mapped(db, plan, definition.name));
}

namespace {

// Keys of the open entries that are meant, as text[]; the sides they are queued for.
struct Meant { std::string key; std::vector<std::string> sides; };

Meant find(pg::Connection& db, const plan::Plan& plan, const std::string& mapping, const std::string& key) {
  const auto rows = db.run("repair.find", R"sql(
    select key, direction from segue.repairs where plan = $1 and mapping = $2 and array_to_string(key, '/') = $3 and "resolvedAt" is null
    group by 1, 2 order by 1, 2)sql"_sql, {plan.name, mapping, key});
  const auto list = fmt::format("segue repairs {} list", plan.directory);
  if (rows.empty()) throw Error(ErrorCode::not_found, fmt::format("no row of mapping \"{}\" with this key stands in the repair queue", mapping), list);
  Meant meant{rows.text(0, 0), {}};
  for (int row = 0; row < rows.rows(); ++row) {
    if (rows.text(row, 0) != meant.key) throw Error(ErrorCode::refused, "two rows have a key that is written so", list);
    meant.sides.push_back(rows.text(row, 1));
  }
  return meant;
}

void carry(pg::Connection& writer, const mapping::Resolved& mapping, const std::string& key, bool old_is_right) {
  if (mapping.retired || mapping.to_old.columns.empty())
    throw Error(ErrorCode::refused, "the old columns of mapping \"" + mapping.name + "\" are retired: one side is all there is", "segue repairs PLAN accept says that it is right");
  mapping::Slice slice;
  slice.one_key = true;
  writer.run("repair.take", old_is_right ? mapping::backfill_batch(mapping, slice) : mapping::write_old_side(mapping, true), {key});
  for (const auto& value : mapping.values) writer.run("repair.unseen", mapping::queue_unseen(mapping, value, true), {key});
  writer.run("repair.settle", mapping::settle_repair(mapping), {key});
}

void carry(pg::Connection& writer, const mapping::Derivation& derivation, const std::string& key, bool old_is_right) {
  if (derivation.retired && old_is_right)
    throw Error(ErrorCode::refused, "the old columns of mapping \"" + derivation.name + "\" are retired: the new side is the one that is kept", "segue repairs PLAN take new");
  const auto& flow = old_is_right ? derivation.to_new : derivation.to_old;
  writer.run("repair.take", mapping::carry_again(derivation, flow, false, "enter"), {key});
  writer.run("repair.settle", mapping::settle_repair(derivation, flow, false), {key});
}

void refuse_without_row(const mapping::Derivation& derivation, const Meant& meant, bool old_is_right) {
  const std::string wanted = old_is_right ? "new" : "old";
  for (const auto& side : meant.sides)
    if (side == wanted) return;
  throw Error(ErrorCode::refused,
              fmt::format("this key is queued as \"{}\": no row of \"{}\" waits to be carried over", meant.sides.front(),
                          (old_is_right ? derivation.to_new : derivation.to_old).source.table.name),
              meant.sides.front().starts_with("into ") ? "the rows that stand for it disagree: write one of them, and it follows" : "name the key of the row that is right");
}

}  // namespace

bool take_side(pg::Connection& db, const plan::Plan& plan, const Mapped& mapping, const std::string& key, bool old_is_right) {
  const auto meant = find(db, plan, name_of(mapping), key);
  if (const auto* derivation = std::get_if<mapping::Derivation>(&mapping)) refuse_without_row(*derivation, meant, old_is_right);
  {
    pg::Connection writer(db.url(), {.application_name = "segue/repair/" + plan.name, .search_path = sql::quote_identifier(plan.schema),
                                     .lock_timeout = plan.limits.lock_timeout});
    if (std::holds_alternative<mapping::Resolved>(mapping)) prepare_writer(writer, plan);
    pg::Transaction transaction(writer);
    std::visit([&](const auto& one) { carry(writer, one, meant.key, old_is_right); }, mapping);
    transaction.commit();
  }
  settle(db, plan, std::nullopt, mapping);                       // the other row of the pair, and texts that are new
  return db.run("repair.left", R"sql(
    select not exists (select 1 from segue.repairs where plan = $1 and mapping = $2 and key = $3::text[] and "resolvedAt" is null))sql"_sql,
    {plan.name, name_of(mapping), meant.key}).boolean();
}

}  // namespace segue::steps
