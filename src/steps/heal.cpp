#include "steps/heal.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <set>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "steps/brake.hpp"
#include "steps/locks.hpp"
#include "steps/mapped.hpp"
#include "steps/meanings.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;

namespace {

constexpr int most_attempts = 200;
constexpr int most_keys = 500;                                   // beyond it one walk over the table is cheaper
constexpr int rows_at_once = 20'000, derived_rows_at_once = 2'000;

using Epoch = std::optional<std::int64_t>;

void fence(pg::Connection& db, const plan::Plan& plan, Epoch epoch) {
  if (epoch) journal::fence(db, plan.name, *epoch);
}

// Texts whose every row is named, and those whose rows have to be looked for.
struct Taken {
  struct Row { std::string raw, key; };
  std::vector<std::string> texts, everywhere;
  std::vector<Row> rows;
  double waited_ms = 0;                                          // the longest, until it was taken
  std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now();
};

class Healer {
 public:
  Healer(pg::Connection& db, const plan::Plan& plan, Epoch epoch, const plan::ValueDef& value, Progress* progress)
      : db_(db), plan_(plan), epoch_(epoch), value_(value), progress_(progress) {}

  // Texts leave the queue when the rows that hold them are right, in one transaction over all of it. Their meanings are stored,
  // and seen by the triggers, before the rows are looked at.
  Healed heal() {
    if (!is_any_waiting()) return {};
    auto followers = followers_of(db_, plan_, value_);
    std::erase_if(followers, [](const Follower& follower) { return !follower.follows(); });
    if (followers.empty()) return {};                            // not yet, or nobody writes texts any more
    queue_decided();
    for (;;) {
      if (const auto healed = attempt(followers)) return *healed;
      brake_->wait();
    }
  }

 private:
  // Nothing while a budget is spent: then it is as if it had not begun, but for the rows that are right already. Whoever waits for
  // others holds no transaction meanwhile.
  std::optional<Healed> attempt(const std::vector<Follower>& followers) {
    unreadable_ = 0;
    pg::Transaction taking(db_);
    fence(db_, plan_, epoch_);
    wait_for_turn();
    auto taken = take();
    if (taken.texts.empty()) return Healed{};
    pg::Connection writer(db_.url(), {.application_name = "segue/heal/" + plan_.name, .lock_timeout = plan_.limits.lock_timeout});
    store_all(writer, taken.texts);
    const auto others = changed_.empty() ? std::string("{}") : running_transactions(writer);
    for (const auto& follower : followers)
      if (!heal_rows(writer, follower, taken)) return std::nullopt;
    queue_behind(others);
    taking.commit(fault::Point::texts_settled);
    const auto healing = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - taken.at).count();
    return Healed{static_cast<std::int64_t>(taken.texts.size()), unreadable_, static_cast<std::int64_t>(taken.waited_ms + healing)};
  }

  std::string decided_texts() const {
    std::vector<std::string> texts;
    for (const auto& [text, meaning] : value_.decided) texts.push_back(text);
    return sql::array_text(texts);
  }

  bool is_any_waiting() {
    return db_.run("heal.waiting", R"sql(
      select exists (select 1 from segue.value_seen where plan = $1 and value = $2) or exists (
        select 1 from segue.value_map where plan = $1 and value = $2 and certainty = 'unreadable' and raw = any ($3::text[])))sql"_sql,
      {plan_.name, value_.name, decided_texts()}).boolean();
  }

  // What the plan's author has decided since a text was found unreadable is looked at again.
  void queue_decided() {
    db_.run("value.decided", R"sql(
      insert into segue.value_seen (plan, value, raw) select plan, value, raw from segue.value_map
      where plan = $1 and value = $2 and certainty = 'unreadable' and raw = any ($3::text[]))sql"_sql, {plan_.name, value_.name, decided_texts()});
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
        returning raw, key, at)
      select raw, case when bool_and(key is not null) and count(*) <= $3::bigint then to_json(array_agg(distinct key::text)) end,
        1000 * max(extract(epoch from clock_timestamp() - at))
      from taken group by raw order by raw)sql"_sql, {plan_.name, value_.name, most_keys});
    Taken taken;
    for (int row = 0; row < seen.rows(); ++row) {
      taken.texts.push_back(seen.text(row, 0));
      taken.waited_ms = std::max(taken.waited_ms, seen.number(row, 2));
      const auto keys = boost::json::parse(seen.is_null(row, 1) ? "[]" : seen.text(row, 1));
      if (seen.is_null(row, 1)) taken.everywhere.push_back(seen.text(row, 0));
      for (const auto& key : keys.as_array()) taken.rows.push_back({seen.text(row, 0), std::string(key.as_string())});
    }
    return taken;
  }

  // Until then a row may be provisional by the backfill, which queues none of its rows.
  bool is_backfilled(const std::string& mapping) {
    std::vector<std::string> steps;
    for (const auto& phase : plan_.phases)
      for (const auto& step : phase.steps)
        if (const auto* backfill = std::get_if<plan::BackfillStep>(&step.what); backfill != nullptr && backfill->mapping == mapping)
          steps.push_back(phase.name + "/" + step.name);
    return db_.run("heal.backfilled", "select coalesce(bool_and(done), false) from segue.cursors where plan = $1 and step = any ($2::text[])"_sql,
                   {plan_.name, sql::array_text(steps)}).boolean();
  }

  void store_all(pg::Connection& writer, const std::vector<std::string>& texts) {
    pg::Transaction storing(writer);
    fence(writer, plan_, epoch_);
    const Meanings meanings(writer, plan_, value_);
    for (const auto& text : texts) {
      const auto meant = meanings.of(text);
      unreadable_ += meant.meaning ? 0 : 1;
      if (store(writer, plan_, value_, text, meant, std::nullopt)) changed_.insert(text);
    }
    storing.commit(fault::Point::texts_stored);
  }

  // A transaction that began before may still write a row by the old meaning, behind our back.
  std::string running_transactions(pg::Connection& writer) {
    return writer.run("heal.others", R"sql(
      select coalesce(array_agg(l.virtualxid), '{}')::text from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'virtualxid' and a.datname = current_database() and a.pid <> all (array[pg_backend_pid(), $1::integer]))sql"_sql, {db_.backend_pid()}).text();
  }

  void queue_behind(const std::string& others) {
    if (changed_.empty()) return;
    db_.run("heal.behind", R"sql(
      insert into segue.value_seen (plan, value, raw, behind) select $1, $2, raw, o.still from unnest($3::text[]) raw,
        (select array_agg(l.virtualxid) as still from pg_catalog.pg_locks l where l.locktype = 'virtualxid' and l.virtualxid = any ($4::text[])) o
      where o.still is not null)sql"_sql, {plan_.name, value_.name, sql::array_text({changed_.begin(), changed_.end()}), others});
  }

  // It gives way to the application: a short lock_timeout, and the same again later.
  void write(pg::Connection& writer, const std::vector<sql::Sql>& statements, const pg::Params& params) {
    for (int attempts = 1;; ++attempts) {
      stop_if_interrupted();
      try {
        pg::Transaction transaction(writer);
        fence(writer, plan_, epoch_);
        for (const auto& statement : statements) writer.run("heal.batch", statement, params);
        return transaction.commit(fault::Point::heal_batch);
      } catch (const Error& error) {
        if (!is_clash(error) || attempts == most_attempts) throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(std::min(2000, 10 << std::min(attempts, 7))));
    }
  }

  // $1: key as text[], $2: the text.
  sql::Sql still_holds(const mapping::Resolved& rows) const {
    std::vector<sql::Sql> parts;
    for (std::size_t i = 0; i < rows.key.size(); ++i)
      parts.push_back(build("x.{} = ($1::text[])[{}]::{}"_sql, Ident{rows.key[i].name}, i + 1, sql::Sql::from_journal(rows.key[i].type)));
    return build("select exists (select 1 from {} x where {} and x.{}::text = $2)"_sql, rows.table, sql::join(parts, " and "_sql), Ident{value_.column});
  }

  // A row that is not found under its key holds the text no longer, or has another key by now: then all rows are looked at.
  // False: a budget is spent.
  bool heal_rows(pg::Connection& writer, const Follower& follower, const Taken& taken) {
    prepare_follower(writer, plan_, follower);
    if (static_cast<int>(taken.rows.size()) > most_keys || !is_backfilled(follower.mapping)) return walk(writer, follower, taken.texts);
    auto everywhere = taken.everywhere;
    const auto holds = still_holds(follower.rows);
    for (const auto& [raw, key] : taken.rows) {
      write(writer, follower.by_key, {key});
      if (!writer.run("heal.holds", holds, {key, raw}).boolean() && (everywhere.empty() || everywhere.back() != raw)) everywhere.push_back(raw);
    }
    return walk(writer, follower, everywhere);
  }

  // As a backfill does: the rows of a frequent text are as many.
  bool may_go_on() {
    if (!brake_) {
      const auto bytes = db_.run("heal.size", "select pg_database_size(current_database())"_sql).integer();
      brake_.emplace(Braked{db_, plan_, epoch_, "rows of value " + value_.name, "segue", progress_, bytes});
    }
    return !brake_->must_stop();
  }

  // The rows of these texts get their meaning, in ranges, like a backfill of only those.
  bool walk(pg::Connection& writer, const Follower& follower, const std::vector<std::string>& texts) {
    if (texts.empty()) return true;
    const auto boundary = mapping::next_boundary(follower.rows);
    std::optional<std::string> lower;
    for (bool more = true; more;) {
      if (lower && !may_go_on()) return false;                   // one range is not many rows
      const auto next = writer.run("heal.boundary", boundary, {lower, nullptr, follower.derives ? derived_rows_at_once : rows_at_once});
      more = !next.empty();
      const auto upper = more ? next.optional_text(0, 0) : std::nullopt;
      write(writer, follower.by_text, {lower, upper, sql::array_text(texts)});
      lower = upper;
    }
    return true;
  }

  pg::Connection& db_;
  const plan::Plan& plan_;
  Epoch epoch_;
  const plan::ValueDef& value_;
  Progress* progress_;
  std::optional<Brake> brake_;
  std::set<std::string> changed_;                                // texts that meant something else before
  std::int64_t unreadable_ = 0;
};

}  // namespace

Healed heal_texts(pg::Connection& db, const plan::Plan& plan, Epoch epoch, const plan::ValueDef& value, Progress* progress) {
  return Healer(db, plan, epoch, value, progress).heal();
}

std::int64_t absorb_values(pg::Connection& db, const plan::Plan& plan, Epoch epoch, const mapping::Resolved& mapping, Progress* progress) {
  std::int64_t texts = 0;
  if (mapping.retired) return texts;                             // nobody writes texts any more
  for (const auto& value : mapping.values) texts += heal_texts(db, plan, epoch, value, progress).texts;
  return texts;
}

}  // namespace segue::steps
