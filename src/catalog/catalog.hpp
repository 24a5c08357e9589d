// What the database holds now, as values. All pg_catalog queries of segue are here.
// Does: describe tables, columns, keys and indexes; describe a whole schema for "is it what it was?"; name lock holders.
// Does not: change anything.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/connection.hpp"
#include "sql/text.hpp"

namespace segue::catalog {

struct Column {
  std::string name, type;                                        // type as format_type() writes it, usable in a cast
  bool not_null = false;
  std::optional<std::string> default_expression;
  bool generated = false;
  bool numbered = false;                                         // GENERATED ALWAYS AS IDENTITY: no statement may write it
  bool own_sequence = false;                                     // identity or serial: its sequence goes with it
  bool inherited = false;                                        // from a parent table, or the table that this is a partition of
  bool stored = true;                                            // false: generated when it is read (since 18); triggers find NULL in it
};

struct Table {
  std::int64_t oid = 0;
  sql::QualifiedName name;
  std::vector<Column> columns;
  std::vector<std::string> key;                                  // primary key, else a unique index over NOT NULL columns; may be empty
  double key_correlation = 0;                                    // of the first key column with the heap's order, -1..1; 0 unknown
  std::int64_t estimated_rows = 0;
  std::int64_t bytes = 0;                                        // heap, indexes and TOAST
  bool partitioned = false;
  std::vector<std::string> heirs;                                // tables that inherit from it and are no partitions
  const Column* find(const std::string& column) const;
};

// Nothing if there is no such table.
std::optional<Table> find_table(pg::Connection& db, const sql::QualifiedName& name);
// Error{not_found} with a hint that names tables or columns of similar spelling.
Table table(pg::Connection& db, const sql::QualifiedName& name);

// The partitions below a partitioned table, each behind the one it is a partition of; nothing for any other table.
struct Partition { sql::QualifiedName name, parent; bool leaf = true; };
std::vector<Partition> partitions(pg::Connection& db, const sql::QualifiedName& table);

// What stands in the way of dropping a column ("": any of the table's), as PostgreSQL calls it: views, generated columns, triggers,
// keys of other tables. `name`: what a statement that takes it away would have to name. segue's own triggers are left out.
struct Dependent { std::string kind, name; };
std::vector<Dependent> dependents(pg::Connection& db, const sql::QualifiedName& table, const std::string& column);
// Views and rules that read the table. `whole`: they take its row as one value, so what they say
// changes with its columns, and PostgreSQL refuses nothing. A whole table goes only without any of them.
struct RowReader { Dependent of; bool names_columns = false, whole = false; };
std::vector<RowReader> row_readers(pg::Connection& db, const sql::QualifiedName& table);
std::string unique_constraint_over(pg::Connection& db, const sql::QualifiedName& table, const std::string& column);   // "" if there is none
bool in_partition_key(pg::Connection& db, const sql::QualifiedName& table, const std::string& column);

// Foreign keys of one table to another; `restricts`: the referenced row cannot be deleted, not even by a trigger's help.
struct ForeignKey { std::string name; bool restricts = false; };
std::vector<ForeignKey> foreign_keys(pg::Connection& db, const sql::QualifiedName& from, const sql::QualifiedName& to);

// The name a retired column or table bears until it is dropped: "<name>__retired", shortened where PostgreSQL would cut it.
std::string retired_name(const std::string& name);

enum class IndexState { absent, invalid, valid };
IndexState index_state(pg::Connection& db, const sql::QualifiedName& index);

// Every definition of a schema (tables, columns, constraints, indexes, triggers, functions, types, sequences, views,
// rules, policies, comments), one line each, sorted: equal texts mean equal schemas. Column order is left out,
// because a column that was dropped and came back stands last.
std::vector<std::string> describe_schema(pg::Connection& db, const std::string& schema);

// Bytes free where the database's default tablespace lies; nothing where the server is on another machine (or a proxy stands between),
// or the role may not know where its data is.
std::optional<std::int64_t> free_bytes(pg::Connection& db);

// Who holds a lock: a session, or a transaction that was prepared and forgotten. `text`: for a person, with the kind of its statement,
// never the statement; `pid`: 0 for a prepared transaction.
struct Blocker { int pid; std::string text; double age_seconds; };
// Those that hold a lock on one of the tables, oldest transaction first.
std::vector<Blocker> lock_holders(pg::Connection& db, const std::vector<sql::QualifiedName>& tables);
// Those that this server process waits for just now, oldest transaction first.
std::vector<Blocker> blockers_of(pg::Connection& db, int pid);

}  // namespace segue::catalog
