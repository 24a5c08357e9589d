// sync: dual write begins. Functions and triggers appear, and disappear, in one transaction.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "steps/locks.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

namespace {

void run_all(Context& context, const std::string& name, const std::vector<sql::Sql>& statements) {
  for (const auto& statement : statements) context.db.run(name, statement);
}

std::vector<sql::QualifiedName> derived_tables(Context& context, const std::string& mapping) {
  std::vector<sql::QualifiedName> tables;
  for (const auto& other : context.plan.mappings)
    if (plan::needs(context.plan.mapping(mapping), other)) tables.push_back({context.plan.schema, other.into});
  return tables;
}

constexpr std::int64_t few_rows = 10'000;

// A node that goes through all of the table, whether its heap or an index of it.
bool reads_all(const boost::json::value& node, const std::string& table) {
  const auto& fields = node.as_object();
  const auto* relation = fields.if_contains("Relation Name");
  const auto kind = std::string(fields.at("Node Type").as_string());
  if (relation != nullptr && relation->as_string() == table && kind != "Bitmap Heap Scan" && !fields.contains("Index Cond")) return true;
  if (const auto* inner = fields.if_contains("Plans"))
    for (const auto& child : inner->as_array())
      if (reads_all(child, table)) return true;
  return false;
}

// Every write of the application would wait for it.
void refuse_full_reads(Context& context, const mapping::Look& look) {
  if (catalog::table(context.db, look.table).estimated_rows < few_rows) return;
  pg::Transaction transaction(context.db);
  context.db.run("sync.no_scan", "set local enable_seqscan = off"_sql);
  const auto plan = boost::json::parse(context.db.run("sync.explain", sql::build("explain (format json) {}"_sql, look.query)).text());
  if (reads_all(plan.as_array().at(0).at("Plan"), look.table.name))
    throw Error(ErrorCode::refused, look.where + ": to find the rows of \"" + look.table.name + "\" that belong to one row of the other table, all of it would be read, by every write",
                "add an index that answers it, or write the joins so that one can be used: outer joins over an expression such as coalesce() hide it");
}

void sync_rows(Context& context, const mapping::Resolved& mapping) {
  for (const auto& look : lookups(context.db, context.plan, mapping)) refuse_full_reads(context, look);
  auto tables = derived_tables(context, mapping.name);
  tables.insert(tables.begin(), mapping.table);
  in_locked_transaction(context, {tables, sql::Lock::share_row_exclusive}, [&] {
    context.db.run("sync.function", mapping::create_function(mapping));
    fault::point(fault::Point::sync_function_made, context.db.socket());
    if (is_synced(context.db, mapping)) return;
    context.db.run("sync.repairs", mapping::settle_unwritten(mapping));
    run_all(context, "sync.trigger", mapping::create_triggers(mapping));
    for (const auto& follower : followers(context.db, context.plan, mapping)) run_all(context, "sync.follow", follower.create);
  });
}

// A foreign key that keeps the derived row's owner from going fails the application's own DELETE before a trigger could help.
void refuse_restricting_keys(Context& context, const mapping::Derivation& derivation) {
  if (derivation.to_new.on_delete == plan::Side::OnDelete::forbid) return;
  const auto& driving = derivation.to_new.source.table;
  const auto& derived = derivation.to_old.source.table;
  for (const auto& key : catalog::foreign_keys(context.db, derived, driving))
    if (key.restricts)
      throw Error(ErrorCode::refused, "foreign key \"" + key.name + "\" of \"" + derived.name + "\" refuses to delete a row of \"" + driving.name +
                                          "\" that has a derived row",
                  "make it ON DELETE CASCADE, ON DELETE SET NULL or DEFERRABLE INITIALLY DEFERRED, or say on delete: forbid in the mapping");
}

// What does not fit the tables would otherwise be found by the first write of the application.
void try_statements(Context& context, const mapping::Derivation& derivation, const mapping::Flow& flow) {
  try {
    run_all(context, "sync.try", mapping::try_claims(derivation, flow));
  } catch (const Error& error) {
    if (error.sqlstate().substr(0, 2) != "42") throw;
    throw Error(ErrorCode::plan_file, flow.where + ": this side does not fit its tables: " + error.message(),
                error.sqlstate() == "42P10" ? "its key wants a unique index of \"" + flow.target.table.name + "\" over exactly these columns" : error.hint());
  }
}

void sync_derived(Context& context, const mapping::Derivation& derivation) {
  refuse_restricting_keys(context, derivation);
  try_statements(context, derivation, derivation.to_new);
  try_statements(context, derivation, derivation.to_old);
  for (const auto* flow : {&derivation.to_new, &derivation.to_old}) refuse_full_reads(context, mapping::look_of(*flow));
  in_locked_transaction(context, {tables_of(derivation), sql::Lock::share_row_exclusive}, [&] {
    if (!is_synced(context.db, derivation)) run_all(context, "sync.derived", mapping::functions_of(derivation).create);
  });
}

// Said and written down: what stood in these rows' new sides, and only there, is not what the next run will begin with.
void close_queue(Context& context, const Mapped& mapping, const std::string& name) {
  const auto rows = settle_last(context.db, context.plan, mapping);
  if (rows == 0) return;
  context.progress.note(fmt::format("{} rows of {} waited in the repair queue: dual write ends, the old side is right as it is", rows, name));
  journal::audit(context.db, context.plan.name, context.options.actor, "repair queue closed: dual write of " + name + " ends", context.options.reason,
                 boost::json::serialize(boost::json::object{{"mapping", name}, {"rows", rows}}));
}

}  // namespace

journal::Evidence run(Context& context, const plan::SyncStep& step) {
  const auto mapping = mapped(context.db, context.plan, step.mapping);
  if (const auto* rows = std::get_if<mapping::Resolved>(&mapping)) sync_rows(context, *rows);
  else sync_derived(context, std::get<mapping::Derivation>(mapping));
  return {};
}

void undo(Context& context, const plan::SyncStep& step) {
  const auto mapping = mapped(context.db, context.plan, step.mapping);
  const auto* rows = std::get_if<mapping::Resolved>(&mapping);
  auto tables = derived_tables(context, step.mapping);
  if (rows != nullptr) tables.insert(tables.begin(), rows->table);
  else tables = tables_of(std::get<mapping::Derivation>(mapping));
  // As much as can be is settled while nobody has to wait for it.
  if (is_synced(context.db, mapping)) settle(context.db, context.plan, context.epoch, mapping, true, &context.progress);
  in_locked_transaction(context, {tables, sql::Lock::access_exclusive}, [&] {
    if (is_synced(context.db, mapping)) close_queue(context, mapping, step.mapping);
    if (rows == nullptr) return run_all(context, "sync.drop", mapping::functions_of(std::get<mapping::Derivation>(mapping)).drop);
    for (const auto& follower : followers(context.db, context.plan, *rows)) run_all(context, "sync.drop", follower.drop);
    run_all(context, "sync.drop", mapping::drop_triggers(*rows));
  });
}

}  // namespace segue::steps
