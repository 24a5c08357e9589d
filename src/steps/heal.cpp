#include "steps/heal.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "steps/locks.hpp"
#include "steps/mapped.hpp"
#include "steps/meanings.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;

namespace {

constexpr int most_attempts = 200;
constexpr int most_keys = 500;                                   // beyond it one walk over the table is cheaper

using Epoch = std::optional<std::int64_t>;

void fence(pg::Connection& db, const plan::Plan& plan, Epoch epoch) {
  if (epoch) journal::fence(db, plan.name, *epoch);
}

// Texts whose every row is named, and those whose rows have to be looked for.
struct Taken {
  struct Row { std::string raw, key; };
  std::vector<std::string> texts, everywhere;
  std::vector<Row> rows;
};

class Healer {
 public:
  Healer(pg::Connection& db, const plan::Plan& plan, Epoch epoch, const mapping::Resolved& mapping, const plan::ValueDef& value)
      : db_(db), plan_(plan), epoch_(epoch), mapping_(mapping), value_(value) {}

  // Texts leave the queue when the rows that hold them are right, in one transaction over all of it. Their meanings are stored,
  // and seen by the triggers, before the rows are looked at.
  Healed heal() {
    queue_decided();
    if (!is_any_queued()) return {};
    pg::Transaction taking(db_);
    fence(db_, plan_, epoch_);
    wait_for_turn();
    auto taken = take();
    if (taken.texts.empty()) return {};
    if (static_cast<int>(taken.rows.size()) > most_keys || !is_backfilled()) {
      taken.everywhere = taken.texts;
      taken.rows.clear();
    }
    pg::Connection writer(db_.url(), {.application_name = "segue/heal/" + plan_.name, .lock_timeout = plan_.limits.lock_timeout});
    prepare_writer(writer, plan_);
    const auto changed = store_all(writer, taken.texts);
    const auto others = changed.empty() ? std::string("{}") : running_transactions(writer);
    heal_rows(writer, taken);
    walk(writer, taken.everywhere);
    queue_behind(changed, others);
    taking.commit(fault::Point::texts_settled);
    return {static_cast<std::int64_t>(taken.texts.size()), unreadable_};
  }

 private:
  bool is_any_queued() {
    return db_.run("heal.queued", "select exists (select 1 from segue.value_seen where plan = $1 and value = $2)"_sql, {plan_.name, value_.name}).boolean();
  }

  // What the plan's author has decided since a text was found unreadable is looked at again.
  void queue_decided() {
    std::vector<std::string> decided;
    for (const auto& [text, meaning] : value_.decided) decided.push_back(text);
    db_.run("value.decided", R"sql(
      insert into segue.value_seen (plan, value, raw) select plan, value, raw from segue.value_map
      where plan = $1 and value = $2 and certainty = 'unreadable' and raw = any ($3::text[]))sql"_sql, {plan_.name, value_.name, sql::array_text(decided)});
  }

  // One heals at a time: two would wait for each other's rows, in any order.
  void wait_for_turn() {
    while (!db_.run("heal.turn", "select pg_try_advisory_xact_lock(hashtextextended($1, 0))"_sql, {"segue:heal:" + plan_.name + ":" + value_.name}).boolean()) {
      stop_if_interrupted();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  Taken take() {
    const auto seen = db_.run("value.absorb", R"sql(
      with taken as (
        delete from segue.value_seen q where plan = $1 and value = $2 and not exists (
          select 1 from pg_catalog.pg_locks l where l.locktype = 'virtualxid' and l.virtualxid = any (q.behind))
        returning raw, key)
      select raw, case when bool_and(key is not null) and count(*) <= $3::bigint then to_json(array_agg(distinct key::text)) end
      from taken group by raw order by raw)sql"_sql, {plan_.name, value_.name, most_keys});
    Taken taken;
    for (int row = 0; row < seen.rows(); ++row) {
      taken.texts.push_back(seen.text(row, 0));
      const auto keys = boost::json::parse(seen.is_null(row, 1) ? "[]" : seen.text(row, 1));
      if (seen.is_null(row, 1)) taken.everywhere.push_back(seen.text(row, 0));
      for (const auto& key : keys.as_array()) taken.rows.push_back({seen.text(row, 0), std::string(key.as_string())});
    }
    return taken;
  }

  // Until then a row may be provisional by the backfill, which queues none of its rows.
  bool is_backfilled() {
    std::vector<std::string> steps;
    for (const auto& phase : plan_.phases)
      for (const auto& step : phase.steps)
        if (const auto* backfill = std::get_if<plan::BackfillStep>(&step.what); backfill != nullptr && backfill->mapping == mapping_.name)
          steps.push_back(phase.name + "/" + step.name);
    return db_.run("heal.backfilled", "select coalesce(bool_and(done), false) from segue.cursors where plan = $1 and step = any ($2::text[])"_sql,
                   {plan_.name, sql::array_text(steps)}).boolean();
  }

  // Returns the texts that meant something else before.
  std::vector<std::string> store_all(pg::Connection& writer, const std::vector<std::string>& texts) {
    std::vector<std::string> changed;
    pg::Transaction storing(writer);
    fence(writer, plan_, epoch_);
    const Meanings meanings(writer, plan_, value_);
    for (const auto& text : texts) {
      const auto meant = meanings.of(text);
      unreadable_ += meant.meaning ? 0 : 1;
      if (store(writer, plan_, value_, text, meant, std::nullopt)) changed.push_back(text);
    }
    storing.commit(fault::Point::texts_stored);
    return changed;
  }

  // A transaction that began before may still write a row by the old meaning, behind our back.
  std::string running_transactions(pg::Connection& writer) {
    return writer.run("heal.others", R"sql(
      select coalesce(array_agg(l.virtualxid), '{}')::text from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'virtualxid' and a.datname = current_database() and a.pid <> all (array[pg_backend_pid(), $1::integer]))sql"_sql, {db_.backend_pid()}).text();
  }

  void queue_behind(const std::vector<std::string>& texts, const std::string& others) {
    if (texts.empty()) return;
    db_.run("heal.behind", R"sql(
      insert into segue.value_seen (plan, value, raw, behind) select $1, $2, raw, o.still from unnest($3::text[]) raw,
        (select array_agg(l.virtualxid) as still from pg_catalog.pg_locks l where l.locktype = 'virtualxid' and l.virtualxid = any ($4::text[])) o
      where o.still is not null)sql"_sql, {plan_.name, value_.name, sql::array_text(texts), others});
  }

  // It gives way to the application: a short lock_timeout, and the same again later.
  void write(pg::Connection& writer, const sql::Sql& update, const pg::Params& params) {
    for (int attempts = 1;; ++attempts) {
      stop_if_interrupted();
      try {
        pg::Transaction transaction(writer);
        fence(writer, plan_, epoch_);
        writer.run("heal.batch", update, params);
        return transaction.commit(fault::Point::heal_batch);
      } catch (const Error& error) {
        if (!is_clash(error) || attempts == most_attempts) throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(std::min(2000, 10 << std::min(attempts, 7))));
    }
  }

  // $1: key as text[], $2: the text.
  sql::Sql still_holds() const {
    std::vector<sql::Sql> parts;
    for (std::size_t i = 0; i < mapping_.key.size(); ++i)
      parts.push_back(build("x.{} = ($1::text[])[{}]::{}"_sql, Ident{mapping_.key[i].name}, i + 1, sql::Sql::from_journal(mapping_.key[i].type)));
    return build("select exists (select 1 from {} x where {} and x.{}::text = $2)"_sql, mapping_.table, sql::join(parts, " and "_sql), Ident{value_.column});
  }

  // A row that is not found under its key holds the text no longer, or has another key by now: then all rows are looked at.
  void heal_rows(pg::Connection& writer, Taken& taken) {
    mapping::Slice slice;
    slice.one_key = true;
    slice.skip_repairs = true;
    const auto update = mapping::backfill_batch(mapping_, slice);
    const auto holds = still_holds();
    for (const auto& [raw, key] : taken.rows) {
      write(writer, update, {key});
      if (!writer.run("heal.holds", holds, {key, raw}).boolean() && (taken.everywhere.empty() || taken.everywhere.back() != raw)) taken.everywhere.push_back(raw);
    }
  }

  // The rows of these texts get their meaning, in ranges, like a backfill of only those.
  void walk(pg::Connection& writer, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    mapping::Slice slice;
    slice.only_column = value_.column;
    slice.skip_repairs = true;
    const auto boundary = mapping::next_boundary(mapping_);
    const auto update = mapping::backfill_batch(mapping_, slice);
    std::optional<std::string> lower;
    for (bool more = true; more;) {
      const auto next = writer.run("heal.boundary", boundary, {lower, nullptr, 20'000});
      more = !next.empty();
      const auto upper = more ? next.optional_text(0, 0) : std::nullopt;
      write(writer, update, {lower, upper, sql::array_text(texts)});
      lower = upper;
    }
  }

  pg::Connection& db_;
  const plan::Plan& plan_;
  Epoch epoch_;
  const mapping::Resolved& mapping_;
  const plan::ValueDef& value_;
  std::int64_t unreadable_ = 0;
};

}  // namespace

Healed heal_texts(pg::Connection& db, const plan::Plan& plan, Epoch epoch, const mapping::Resolved& mapping) {
  Healed total;
  if (mapping.retired) return total;                             // nobody writes texts any more
  for (const auto& value : mapping.values) {
    const auto healed = Healer(db, plan, epoch, mapping, value).heal();
    total.texts += healed.texts;
    total.unreadable += healed.unreadable;
  }
  return total;
}

std::int64_t absorb_values(pg::Connection& db, const plan::Plan& plan, Epoch epoch, const mapping::Resolved& mapping) {
  return heal_texts(db, plan, epoch, mapping).texts;
}

bool follows(pg::Connection& db, const mapping::Resolved& mapping) { return !mapping.retired && is_synced(db, mapping); }

}  // namespace segue::steps
