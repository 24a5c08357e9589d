// profile: every distinct text of a column is read once and stored with its meaning.
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "steps/mapped.hpp"
#include "values/time_of_day.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;

namespace {

constexpr int most_attempts = 200;

struct Reading { std::optional<std::string> meaning; std::string rule, certainty, decided_by; };

std::optional<int> minutes_of(const std::string& clock) {
  const auto reading = values::read_time_of_day(clock);
  return reading.minute;
}

std::optional<values::Hours> hours_of(const plan::ValueDef& value) {
  if (!value.hours) return std::nullopt;
  const auto parts = split_text(*value.hours, '-');
  const auto open = minutes_of(parts.at(0)), close = minutes_of(parts.at(1));
  if (!open || !close) throw Error(ErrorCode::plan_file, value.where.text() + ": expected hours as \"09:00-18:00\"");
  return values::Hours{*open, *close};
}

// What the plan's author decided goes before what the reader reads.
Reading read(const plan::ValueDef& value, const std::string& raw) {
  for (const auto& [text, meaning] : value.decided)
    if (text == raw) return {meaning, "decided in the plan", "decided", "plan"};
  const auto reading = values::read_time_of_day(raw, hours_of(value));
  std::vector<std::pair<int, std::string>> before;
  for (const auto& boundary : value.becomes) before.emplace_back(minutes_of(boundary.before).value_or(0), boundary.meaning);
  const auto meaning = values::meaning_of(reading, before, value.otherwise);
  if (!meaning) return {std::nullopt, reading.rule.empty() ? "none" : reading.rule, "unreadable", "time-of-day"};
  const bool certain = reading.certainty == values::TimeReading::Certainty::certain;
  return {meaning, reading.rule, certain ? "certain" : "by hours", "time-of-day"};
}

void store(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const std::string& raw, std::int64_t rows) {
  const auto reading = read(value, raw);
  db.run("value.store", R"sql(
    insert into segue.value_map (plan, value, raw, meaning, rule, certainty, rows, "decidedBy")
    values ($1, $2, $3, $4, $5, $6, $7::bigint, $8)
    on conflict (plan, value, raw) do update set rows = excluded.rows,
      meaning = excluded.meaning, rule = excluded.rule, certainty = excluded.certainty, "decidedBy" = excluded."decidedBy", at = clock_timestamp()
      where segue.value_map."decidedBy" in ('plan', 'time-of-day'))sql"_sql,
    {plan.name, value.name, raw, reading.meaning, reading.rule, reading.certainty, rows, reading.decided_by});
}

std::string array_of(const std::vector<std::string>& texts) {
  std::string array = "{";
  for (const auto& text : texts) {
    if (array.size() > 1) array += ',';
    array += '"' + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") + '"';
  }
  return array + "}";
}

using Epoch = std::optional<std::int64_t>;

void fence(pg::Connection& db, const plan::Plan& plan, Epoch epoch) {
  if (epoch) journal::fence(db, plan.name, *epoch);
}

// One range of `heal`. It gives way to the application: a short lock_timeout, and the same range again later.
void heal_range(pg::Connection& writer, const plan::Plan& plan, Epoch epoch, const sql::Sql& update, const pg::Params& range) {
  for (int attempts = 1;; ++attempts) {
    stop_if_interrupted();
    try {
      pg::Transaction transaction(writer);
      fence(writer, plan, epoch);
      writer.run("heal.batch", update, range);
      return transaction.commit(fault::Point::heal_batch);
    } catch (const Error& error) {
      if ((error.sqlstate() != "55P03" && error.sqlstate() != "40P01") || attempts == most_attempts) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(2000, 10 << std::min(attempts, 7))));
  }
}

// The rows of these texts get their meaning, in ranges, like a backfill of only those.
void heal(pg::Connection& writer, const plan::Plan& plan, Epoch epoch, const mapping::Resolved& mapping, const plan::ValueDef& value,
          const std::vector<std::string>& texts) {
  mapping::Slice slice;
  slice.only_column = value.column;
  slice.skip_repairs = true;
  const auto boundary = mapping::next_boundary(mapping);
  const auto update = mapping::backfill_batch(mapping, slice);
  std::optional<std::string> lower;
  for (bool more = true; more;) {
    const auto next = writer.run("heal.boundary", boundary, {lower, nullptr, 20'000});
    more = !next.empty();
    const auto upper = more ? next.optional_text(0, 0) : std::nullopt;
    heal_range(writer, plan, epoch, update, {lower, upper, array_of(texts)});
    lower = upper;
  }
}

// What the plan's author has decided since a text was found unreadable is looked at again.
void queue_decided(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value) {
  std::vector<std::string> decided;
  for (const auto& [text, meaning] : value.decided) decided.push_back(text);
  db.run("value.decided", R"sql(
    insert into segue.value_seen (plan, value, raw) select plan, value, raw from segue.value_map
    where plan = $1 and value = $2 and certainty = 'unreadable' and raw = any ($3::text[]))sql"_sql, {plan.name, value.name, array_of(decided)});
}

// Texts leave the queue when the rows that hold them are right, in one transaction over all of it: cut off anywhere,
// the queue is what it was. Their meanings are stored, and seen by the triggers, before the rows are looked at.
std::int64_t absorb_value(pg::Connection& db, const plan::Plan& plan, Epoch epoch, const mapping::Resolved& mapping, const plan::ValueDef& value) {
  queue_decided(db, plan, value);
  pg::Transaction taking(db);
  fence(db, plan, epoch);
  const auto seen = db.run("value.absorb", R"sql(
    with taken as (delete from segue.value_seen where plan = $1 and value = $2 returning raw)
    select raw, count(*) from taken group by raw order by raw)sql"_sql, {plan.name, value.name});
  if (seen.empty()) return 0;
  pg::Connection writer(db.url(), {.application_name = "segue/heal/" + plan.name, .lock_timeout = plan.limits.lock_timeout});
  prepare_writer(writer, plan);
  std::vector<std::string> texts;
  pg::Transaction storing(writer);
  fence(writer, plan, epoch);
  for (int row = 0; row < seen.rows(); ++row) {
    texts.push_back(seen.text(row, 0));
    store(writer, plan, value, texts.back(), seen.integer(row, 1));
  }
  storing.commit(fault::Point::texts_stored);
  heal(writer, plan, epoch, mapping, value, texts);
  taking.commit(fault::Point::texts_settled);
  return seen.rows();
}

}  // namespace

std::int64_t absorb_values(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Resolved& mapping) {
  std::int64_t total = 0;
  for (const auto& value : mapping.values)
    if (!mapping.retired) total += absorb_value(db, plan, epoch, mapping, value);   // retired: nobody writes texts any more
  return total;
}

journal::Evidence run(Context& context, const plan::ProfileStep& step) {
  const auto& value = context.plan.value(step.value);
  const sql::QualifiedName name{context.plan.schema, value.table};
  if (catalog::table(context.db, name).find(value.column) == nullptr)
    throw Error(ErrorCode::not_found, "table \"" + value.table + "\" has no column \"" + value.column + "\"", "names are compared to the letter");
  const auto distinct = context.db.run("value.profile",
      build("select {}::text, count(*) from {} where {} is not null group by 1 order by 1"_sql, Ident{value.column}, name, Ident{value.column}));
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  journal::Evidence evidence;
  for (int row = 0; row < distinct.rows(); ++row) {
    stop_if_interrupted();
    store(context.db, context.plan, value, distinct.text(row, 0), distinct.integer(row, 1));
    evidence.rows += distinct.integer(row, 1);
    context.progress.rows(row + 1, distinct.rows());
  }
  transaction.commit(fault::Point::profile_stored);
  const auto summary = context.db.run("value.summary", R"sql(
    select coalesce(sum(rows) filter (where certainty <> 'unreadable'), 0), coalesce(sum(rows), 0),
           count(*) filter (where certainty = 'unreadable') from segue.value_map where plan = $1 and value = $2)sql"_sql,
      {context.plan.name, step.value});
  const double share = summary.number(0, 1) > 0 ? summary.number(0, 0) / summary.number(0, 1) : 1;
  context.progress.note(fmt::format("{} distinct texts, {:.2f} % of the rows read, {} texts unread", distinct.rows(), share * 100, summary.integer(0, 2)));
  evidence.detail = boost::json::serialize(boost::json::object{
      {"distinct", distinct.rows()}, {"readShare", share}, {"unreadTexts", summary.integer(0, 2)}});
  return evidence;
}

// What people decided about texts outlives a rollback.
void undo(Context&, const plan::ProfileStep&) {}

}  // namespace segue::steps
