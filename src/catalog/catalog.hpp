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
};

struct Table {
  std::int64_t oid = 0;
  sql::QualifiedName name;
  std::vector<Column> columns;
  std::vector<std::string> key;                                  // primary key, else a unique index over NOT NULL columns; may be empty
  double key_correlation = 0;                                    // of the first key column with the heap's order, -1..1; 0 unknown
  std::int64_t estimated_rows = 0;
  std::int64_t bytes = 0;                                        // heap, indexes and TOAST
  const Column* find(const std::string& column) const;
};

// Nothing if there is no such table.
std::optional<Table> find_table(pg::Connection& db, const sql::QualifiedName& name);
// Error{not_found} with a hint that names tables or columns of similar spelling.
Table table(pg::Connection& db, const sql::QualifiedName& name);

// Foreign keys of one table to another; `restricts`: the referenced row cannot be deleted, not even by a trigger's help.
struct ForeignKey { std::string name; bool restricts = false; };
std::vector<ForeignKey> foreign_keys(pg::Connection& db, const sql::QualifiedName& from, const sql::QualifiedName& to);

enum class IndexState { absent, invalid, valid };
IndexState index_state(pg::Connection& db, const sql::QualifiedName& index);

// Every definition of a schema (tables, columns, constraints, indexes, triggers, functions, types, sequences, views,
// rules, policies, comments), one line each, sorted: equal texts mean equal schemas. Column order is left out,
// because a column that was dropped and came back stands last.
std::vector<std::string> describe_schema(pg::Connection& db, const std::string& schema);

// Bytes free where the database's default tablespace lies; nothing where the server is on another machine (or a proxy stands between),
// or the role may not know where its data is.
std::optional<std::int64_t> free_bytes(pg::Connection& db);

struct Blocker { int pid; std::string application, state, query_kind; double age_seconds; };
// Sessions that hold a lock on one of the tables, oldest transaction first; the kind of their statement, never its text.
std::vector<Blocker> lock_holders(pg::Connection& db, const std::vector<sql::QualifiedName>& tables);

}  // namespace segue::catalog
