// A user's SQL file as single statements, and what PostgreSQL will do for each.
// Does: split with PostgreSQL's own parser (libpg_query), name locks, rewrites, scans and touched tables,
//       write the safe form, derive the undo where it is certain.
// Does not: look into a database; what needs the catalog (types, sizes, existing objects) is check/'s and steps/'.
// Locks: observed on PostgreSQL 13 to 18.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sql/text.hpp"

namespace segue::sql {

enum class Lock { none, access_share, row_share, row_exclusive, share_update_exclusive, share,
                  share_row_exclusive, exclusive, access_exclusive };
std::string_view name_of(Lock lock);                             // "ACCESS EXCLUSIVE"

struct Statement {
  std::string text;                                              // without the leading comments and the semicolon
  std::string kind;                                              // the parser's node: "CreateStmt", "IndexStmt", ...
  int line = 1, column = 1;                                      // of its first character in the file, 1-based, in characters
};

// Error{plan_file} "file:line:column: ..." on a syntax error. `file` is only for messages.
std::vector<Statement> split(const std::string& file, std::string_view text);

// How to learn, after a crash, whether a statement that cannot run in a transaction has been done.
// The table's name is empty where only the catalog knows it (DROP INDEX); its schema is then the index's.
// `columns`: of an index that is built; "" stands for an expression.
// `on_only`: CREATE INDEX ... ON ONLY, for a partitioned table, whose partitions get theirs one by one.
struct IndexProbe { QualifiedName table; std::string index; bool dropped = false; std::vector<std::string> columns = {}; Sql on_only = {}; };
// A foreign key that is added NOT VALID, which a partitioned table cannot bear: `clause` is what each partition gets first.
struct AddedKey { std::string name; Sql clause, valid; QualifiedName referenced; };

// One statement as segue sends it.
struct Operation {
  Sql sql;
  std::string describes;                                         // "create index \"reservations_period_idx\" on \"reservations\""
  Lock lock = Lock::none;                                        // strongest lock on a table that existed before the plan
  std::vector<QualifiedName> tables;                             // tables it locks or writes (schema empty: plan's schema)
  bool rewrites = false;                                         // the table is written anew under the lock
  bool scans = false;                                            // the table is read under a lock that stops writers
  bool in_transaction = true;                                    // false: CREATE INDEX CONCURRENTLY and its like
  bool writes_rows = false;                                      // INSERT, UPDATE, DELETE, COPY, TRUNCATE
  std::vector<IndexProbe> index;                                 // at most one
  std::vector<AddedKey> foreign_key;                             // at most one
  enum class Undo { none_needed, derived, must_be_written, impossible } undo_kind = Undo::must_be_written;
  Sql undo;                                                      // where derived; run with the same care
  int line = 1, column = 1;                                      // of the user's statement
  std::string note;                                              // why the form differs from what was written; "" if it does not
};

// The tables that a text names anywhere, and the types and functions it drops, alters or replaces; nothing where it does not parse.
struct Named { std::vector<QualifiedName> tables, types, functions; };
Named named_in(std::string_view text);

// The one SELECT of a file, without comments around it. Error{plan_file} for anything that could write, lock rows or make a table;
// what its functions do, only the server knows: it runs in a READ ONLY transaction.
std::string check_query(const std::string& file, std::string_view text);

// What an earlier statement of the same plan has made: a table nobody uses yet needs no safe form,
// and rows put into it need no undo.
// `checked_domains`: those of the types that are domains with a constraint; a column of one rewrites its table.
struct Created { std::vector<QualifiedName> tables, types, checked_domains, indexes; };

// The statement as one or several operations, in the order they must run; `created` grows by what it makes.
// Error{plan_file} for what may never be run by a plan (BEGIN/COMMIT, VACUUM FULL, \commands, CASCADE drops...).
std::vector<Operation> make_safe(const std::string& file, const Statement& statement, Created& created);
// SET NOT NULL without reading the table under a strong lock: a CHECK that is validated first, then dropped.
std::vector<Operation> require_not_null(const QualifiedName& table, const std::string& column);

// Below, `where` ("plan.yaml:12:5") is only for messages; every fault is Error{plan_file} "where: ...".
// The columns that an expression or FROM item takes from `row` ("old" or "new"), and whether it uses anything else
// (another alias, an unqualified name): then its value may depend on every column the FROM item joins on.
struct References { std::vector<std::string> columns; bool others = false; };
References references_of(const std::string& where, const std::string& text, const std::string& row);
// The tables that the text reads, each with the alias by which its columns are named.
struct TableUse { std::string table, alias; };
std::vector<TableUse> tables_of(const std::string& where, const std::string& text);
// The columns that the text takes from this alias.
std::vector<std::string> columns_of(const std::string& where, const std::string& text, const std::string& alias);
// The names of the plan's values that the text asks for, value(NAME), as written; each once.
std::vector<std::string> value_names(const std::string& where, const std::string& text);
// Refuses what is not one whole expression, or one whole FROM item ("services s ON s.code = old.service").
void check_expression(const std::string& where, const std::string& text);
void check_from(const std::string& where, const std::string& text);
// The expression with each <row>.column replaced by <replacement>."column", each value(name) by what `values` says,
// and nothing else touched: strings and comments stay as they are.
// `whole_from`: the text is a FROM item instead of an expression.
std::string with_row(const std::string& where, const std::string& text, const std::string& row,
                     const std::string& replacement, bool whole_from,
                     const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace segue::sql
