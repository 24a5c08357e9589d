#include "steps/partitioned.hpp"

#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "steps/locks.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;
using sql::Literal;
using sql::QualifiedName;
using sql::Sql;

namespace {

// The partition's index that belongs to `index`, an index of the table it is a partition of.
bool has_its_index(pg::Connection& db, const QualifiedName& index, const QualifiedName& partition) {
  return db.run("partitioned.attached", R"sql(
    select exists (select 1 from pg_catalog.pg_inherits h join pg_catalog.pg_index i on i.indexrelid = h.inhrelid
                   where h.inhparent = pg_catalog.to_regclass($1)::oid and i.indrelid = pg_catalog.to_regclass($2)::oid))sql"_sql,
                {sql::render(index), sql::render(partition)}).boolean();
}

// What stands behind the table's name: "USING btree (...)", as the server prints it.
Sql tail_of(pg::Connection& db, const QualifiedName& index) {
  return Sql::from_journal(db.run("partitioned.definition", R"sql(
    select substr(pg_catalog.pg_get_indexdef(i.indexrelid),
                  length(format('CREATE %sINDEX %I ON ONLY %I.%I ', case when i.indisunique then 'UNIQUE ' else '' end, x.relname, n.nspname, t.relname)))
    from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid join pg_catalog.pg_class t on t.oid = i.indrelid
    join pg_catalog.pg_namespace n on n.oid = t.relnamespace where i.indexrelid = pg_catalog.to_regclass($1)::oid)sql"_sql, {sql::render(index)}).text());
}

bool is_unique(pg::Connection& db, const QualifiedName& index) {
  return db.run("partitioned.unique", "select indisunique from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass($1)::oid"_sql,
                {sql::render(index)}).boolean();
}

// Told from the partition, so that a cut-off run finds what it began.
QualifiedName index_of(const QualifiedName& partition, const QualifiedName& index) {
  constexpr std::size_t longest_name = 63;
  auto name = partition.name + "_" + index.name;
  if (name.size() > longest_name) name = "partition " + sha256_hex(name).substr(0, 24);
  return {partition.schema, name};
}

void build_for(Context& context, const catalog::Partition& partition, const QualifiedName& above, const QualifiedName& index) {
  const auto unique = is_unique(context.db, above) ? "unique "_sql : ""_sql;
  const auto tail = tail_of(context.db, above);
  const auto state = catalog::index_state(context.db, index);
  if (!partition.leaf) {
    if (state != catalog::IndexState::absent) return;
    in_locked_transaction(context, {{partition.name}, sql::Lock::share}, [&] {
      context.db.run("partitioned.only", build("create {}index {} on only {} {}"_sql, unique, Ident{index.name}, partition.name, tail));
    });
    return;
  }
  if (state == catalog::IndexState::valid) return;
  if (state == catalog::IndexState::invalid) outside_transaction(context, "partitioned.invalid", build("drop index concurrently if exists {}"_sql, index));
  outside_transaction(context, "partitioned.index", build("create {}index concurrently {} on {} {}"_sql, unique, Ident{index.name}, partition.name, tail));
}

// The constraint of this partition: absent, or whether its rows were looked at.
enum class Key { absent, unread, whole };
Key key_of(pg::Connection& db, const QualifiedName& partition, const std::string& name) {
  const auto rows = db.run("partitioned.key", R"sql(
    select convalidated from pg_catalog.pg_constraint where conrelid = pg_catalog.to_regclass($1)::oid and conname = $2 and contype = 'f')sql"_sql,
    {sql::render(partition), name});
  if (rows.empty()) return Key::absent;
  return rows.boolean() ? Key::whole : Key::unread;
}

}  // namespace

QualifiedName in_schema(const plan::Plan& plan, QualifiedName name) {
  if (name.schema.empty()) name.schema = plan.schema;
  return name;
}

bool is_partitioned(pg::Connection& db, const QualifiedName& table) {
  const auto found = catalog::find_table(db, table);
  return found && found->partitioned;
}

bool is_partitioned_index(pg::Connection& db, const QualifiedName& index) {
  return db.run("partitioned.kind", "select exists (select 1 from pg_catalog.pg_class where oid = pg_catalog.to_regclass($1)::oid and relkind = 'I')"_sql,
                {sql::render(index)}).boolean();
}

sql::Operation on_partitioned(const plan::Plan& plan, sql::Operation operation) {
  if (!operation.index.empty() && !operation.index.front().dropped) {
    const auto& probe = operation.index.front();
    operation.undo = build("drop index if exists {}"_sql, QualifiedName{in_schema(plan, probe.table).schema, probe.index});
    operation.in_transaction = true;                             // so is its undo
  }
  if (!operation.foreign_key.empty()) {
    const auto& key = operation.foreign_key.front();
    const auto table = sql::render(in_schema(plan, operation.tables.front()));
    operation.undo = build("do $segue$ declare part regclass; begin\n"
                           "  for part in select relid from pg_partition_tree({}) order by level loop\n"
                           "    execute format('alter table %s drop constraint if exists %I', part, {}); end loop;\nend $segue$"_sql,
                           Literal{table}, Literal{key.name});
  }
  return operation;
}

void build_partitioned_index(Context& context, const sql::Operation& operation) {
  const auto& probe = operation.index.front();
  const auto table = in_schema(context.plan, probe.table);
  const QualifiedName index{table.schema, probe.index};
  if (probe.on_only.empty())
    throw Error(ErrorCode::refused, "\"" + table.name + "\" is partitioned: PostgreSQL makes a unique constraint on it only while nobody can write",
                "write CREATE UNIQUE INDEX instead: it is built one partition at a time, and does the same");
  if (catalog::index_state(context.db, index) == catalog::IndexState::absent)
    in_locked_transaction(context, {{table}, sql::Lock::share}, [&] { context.db.run("partitioned.only", probe.on_only); });
  std::map<std::string, QualifiedName> indexes{{sql::render(table), index}};
  for (const auto& partition : catalog::partitions(context.db, table)) {
    const auto above = indexes.at(sql::render(partition.parent));
    const auto own = index_of(partition.name, index);
    indexes[sql::render(partition.name)] = own;
    if (has_its_index(context.db, above, partition.name)) continue;
    build_for(context, partition, above, own);
    in_locked_transaction(context, {{partition.name}, sql::Lock::share}, [&] {
      context.db.run("partitioned.attach", build("alter index {} attach partition {}"_sql, above, own));
    });
  }
}

void add_keys_to_partitions(Context& context, const sql::Operation& operation) {
  const auto& key = operation.foreign_key.front();
  for (const auto& partition : catalog::partitions(context.db, in_schema(context.plan, operation.tables.front()))) {
    if (!partition.leaf) continue;
    if (key_of(context.db, partition.name, key.name) == Key::absent)
      in_locked_transaction(context, {{partition.name, key.referenced}, sql::Lock::share_row_exclusive}, [&] {
        context.db.run("partitioned.key", build("alter table {} {}"_sql, partition.name, key.clause));
      });
    if (key_of(context.db, partition.name, key.name) == Key::unread)
      in_locked_transaction(context, {{partition.name}, sql::Lock::share_update_exclusive}, [&] {
        context.db.run("partitioned.validate", build("alter table {} validate constraint {}"_sql, partition.name, Ident{key.name}));
      });
  }
}

}  // namespace segue::steps
