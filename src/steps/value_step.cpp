// profile: every distinct text of a column is read once and stored with its meaning.
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "plan/value_reader.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;

namespace {

constexpr int most_attempts = 200;

struct Meant { std::optional<std::string> meaning; std::string rule, certainty, decided_by; };

// Reads the texts of one value: by the plan's reader, or by its SQL expression.
class Reading {
 public:
  Reading(pg::Connection& db, const plan::ValueDef& value) : db_(db), value_(value) {
    if (value.expression.empty()) reader_ = plan::reader_of(value);
    for (const auto& [raw, meaning] : value.decided) decided_.emplace(raw, meaning);
  }
  Meant of(const std::string& raw) const {
    if (!reader_) return computed(raw);
    const auto reading = reader_->read(raw);
    const bool decided = reading.certainty == values::Certainty::decided;
    return {reading.meaning, reading.rule, std::string(values::name_of(reading.certainty)), decided ? "plan" : value_.reader};
  }

 private:
  Meant computed(const std::string& raw) const;

  pg::Connection& db_;
  const plan::ValueDef& value_;
  std::unique_ptr<const values::Reader> reader_;
  std::map<std::string, std::string> decided_;
};

// A text the expression fails on ("invalid input syntax") is unreadable, like one it gives NULL for.
Meant Reading::computed(const std::string& raw) const {
  if (const auto found = decided_.find(raw); found != decided_.end()) return {found->second, "decided in the plan", "decided", "plan"};
  std::optional<std::string> meaning;
  std::string why = "the expression gives NULL";
  db_.run("value.before", "savepoint segue_value"_sql);
  try {
    const auto row = db_.run("value.expression", build("select ({})::text from (select $1::text as raw) t"_sql, sql::Sql::from_plan(value_.expression)), {raw});
    meaning = row.optional_text(0, 0);
  } catch (const Error& error) {
    if (!error.sqlstate().starts_with("22")) throw;              // not a data exception: the expression itself is wrong
    why = "the expression fails";
    db_.run("value.failed", "rollback to savepoint segue_value"_sql);
  }
  db_.run("value.after", "release savepoint segue_value"_sql);
  if (meaning) return {meaning, "expression", "certain", "expression"};
  return {std::nullopt, why, "unreadable", "expression"};
}

// A person's decision stays; what the plan or a reader said may change with them.
void store(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const Reading& reader, const std::string& raw, std::int64_t rows) {
  const auto reading = reader.of(raw);
  db.run("value.store", R"sql(
    insert into segue.value_map (plan, value, raw, meaning, rule, certainty, rows, "decidedBy")
    values ($1, $2, $3, $4, $5, $6, $7::bigint, $8)
    on conflict (plan, value, raw) do update set rows = excluded.rows,
      meaning = excluded.meaning, rule = excluded.rule, certainty = excluded.certainty, "decidedBy" = excluded."decidedBy", at = clock_timestamp()
      where segue.value_map.certainty <> 'decided' or segue.value_map."decidedBy" = 'plan')sql"_sql,
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
  const Reading reader(writer, value);
  for (int row = 0; row < seen.rows(); ++row) {
    texts.push_back(seen.text(row, 0));
    store(writer, plan, value, reader, texts.back(), seen.integer(row, 1));
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
  const Reading reader(context.db, value);
  for (int row = 0; row < distinct.rows(); ++row) {
    stop_if_interrupted();
    store(context.db, context.plan, value, reader, distinct.text(row, 0), distinct.integer(row, 1));
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
