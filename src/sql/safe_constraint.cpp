#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "sql/safe_alter.hpp"

namespace segue::sql {
namespace {

Sql drop_constraint(const Alter& alter, const std::string& name) {
  return build("alter table {} drop constraint {}"_sql, alter.table, Ident{name});
}

Operation as_written(const Alter& alter, const std::string& name, Lock lock) {
  auto made = alter.command("add constraint", name);
  made.describes = fmt::format("add constraint {} to {}", render(Ident{name}), render(alter.table));
  takes_lock(alter.form, made, alter.table, lock);
  is_undone_by(made, drop_constraint(alter, name));
  return made;
}

// CHECK and FOREIGN KEY: first only for new rows, then the old rows are read under a lock nobody feels.
Operations in_two_steps(const Alter& alter, const tree::object& constraint, const std::string& name) {
  const bool foreign = tree::text(constraint, "contype") == "CONSTR_FOREIGN";
  auto added = as_written(alter, name, foreign ? Lock::share_row_exclusive : Lock::access_exclusive);
  if (foreign) takes_lock(alter.form, added, tree::relation(tree::child(constraint, "pktable")), Lock::share_row_exclusive);
  if (alter.is_new() || tree::flag(constraint, "skip_validation")) return {std::move(added)};
  const Sql valid = added.sql, not_valid = Sql::from_plan(" " + spelled_like(alter.form.word(alter.first), "not valid"));
  added.sql += not_valid;
  if (foreign) added.foreign_key.push_back({name, Sql::from_plan(alter.text) + not_valid, valid, tree::relation(tree::child(constraint, "pktable"))});
  added.note = "added NOT VALID and validated apart, so that the table is not read under a strong lock";
  auto validated = validate_constraint(alter, name);
  if (foreign) takes_lock(alter.form, validated, tree::relation(tree::child(constraint, "pktable")), Lock::row_share);
  validated.note = added.note;
  return {std::move(added), std::move(validated)};
}

// The clauses of ADD CONSTRAINT name UNIQUE|PRIMARY KEY, for CREATE INDEX takes them in another order.
struct Key { std::string nulls, columns, include, with, tablespace, attributes; };

class KeyReader {
 public:
  explicit KeyReader(const Alter& alter) : form_(alter.form), at_(alter.first), end_(alter.end) {}

  Key read() {
    while (at_ < end_ && !form_.is(at_, "unique") && !form_.is(at_, "primary")) ++at_;
    at_ += form_.is(at_, "primary") ? 2 : 1;
    Key key;
    if (form_.is(at_, "nulls")) key.nulls = words(form_.is(at_ + 1, "not") ? 3 : 2);
    key.columns = group();
    if (form_.is(at_, "include")) key.include = keyword_and_group();
    if (form_.is(at_, "with")) key.with = keyword_and_group();
    if (form_.is(at_, "using")) key.tablespace = (at_ += 2, words(2));
    key.attributes = form_.source(at_, end_);
    return key;
  }

 private:
  std::string words(std::size_t count) {
    const auto first = at_;
    at_ += count;
    return form_.source(first, at_);
  }
  std::string keyword_and_group() {
    auto keyword = words(1) + " ";
    return keyword += group();
  }
  std::string group() {
    const auto first = at_;
    int depth = 0;
    do {
      if (form_.word(at_) == "(") ++depth;
      if (form_.word(at_) == ")") --depth;
    } while (++at_ < end_ && depth > 0);
    return form_.source(first, at_);
  }

  const Form& form_;
  std::size_t at_, end_;
};

Operation key_index(const Alter& alter, const Key& key, const std::string& name) {
  Sql clauses = Sql::from_plan(key.columns);
  for (const auto* clause : {&key.include, &key.nulls, &key.with, &key.tablespace})
    if (!clause->empty()) clauses += Sql::from_plan(" " + *clause);
  auto made = alter.form.operation(
      fmt::format("create unique index {} on {}", render(Ident{name}), render(alter.table)),
      build("create unique index concurrently {} on {} {}"_sql, Ident{name}, alter.table, clauses));
  takes_lock(alter.form, made, alter.table, Lock::share_update_exclusive);
  made.in_transaction = false;
  made.index.push_back({alter.table, name, false});
  made.note = "its index is built CONCURRENTLY first, so that nobody waits for it";
  is_undone_by(made, build("drop index concurrently if exists {}"_sql, QualifiedName{alter.table.schema, name}));
  return made;
}

bool made_by_plan(const Alter& alter, const std::string& index) {
  const auto& made = alter.form.created().indexes;
  return std::find(made.begin(), made.end(), QualifiedName{alter.table.schema, index}) != made.end();
}

Operations key_over_index(const Alter& alter, const tree::object& constraint, const std::string& name) {
  const bool primary = tree::text(constraint, "contype") == "CONSTR_PRIMARY";
  auto added = as_written(alter, name, Lock::access_exclusive);
  added.scans = primary && !alter.is_new();
  if (added.scans) added.note = "reads the table under the lock unless every key column is NOT NULL already; "
                                "a `require` step before it makes sure";
  if (const auto index = tree::text(constraint, "indexname"); !index.empty()) {
    // Dropping the constraint drops the index: no way back for one that stood here before the plan.
    if (!made_by_plan(alter, index)) added.undo_kind = Operation::Undo::must_be_written, added.undo = {};
    return {std::move(added)};
  }
  if (alter.is_new()) return {std::move(added)};
  const auto key = KeyReader(alter).read();
  added.sql = build("alter table {} add constraint {} {} using index {}"_sql, alter.table, Ident{name},
                    primary ? "primary key"_sql : "unique"_sql, Ident{name});
  if (!key.attributes.empty()) added.sql += Sql::from_plan(" " + key.attributes);
  auto index = key_index(alter, key, name);
  if (!primary) added.note = index.note;
  return {std::move(index), std::move(added)};
}

// <= 63 bytes and the same each time; a name that had to be cut ends in a hash of the whole.
std::string not_null_name(const QualifiedName& table, const std::string& column) {
  constexpr std::size_t longest = 63, hash_digits = 8;
  std::string name = "segue_nn_" + table.name + "_" + column;
  if (name.size() <= longest) return name;
  const auto hash = sha256_hex(table.name + '\0' + column).substr(0, hash_digits);
  std::size_t kept = longest - hash_digits - 1;
  while ((static_cast<unsigned char>(name[kept]) & 0xC0) == 0x80) --kept;
  return name.substr(0, kept) + "_" + hash;
}

Operation requirement(std::string describes, Sql sql, const QualifiedName& table, Lock lock) {
  Operation made;
  made.describes = std::move(describes);
  made.sql = std::move(sql);
  made.tables = {table};
  made.lock = lock;
  needs_no_undo(made);
  made.note = "SET NOT NULL by way of a validated CHECK, so that the table is not read under a strong lock";
  return made;
}

}  // namespace

std::vector<Operation> require_not_null(const QualifiedName& table, const std::string& column) {
  const Ident check{not_null_name(table, column)}, name{column};
  const auto on = render(table) + "." + render(name);
  auto added = requirement("check that " + on + " is not null in new rows",
                           build("alter table {} add constraint {} check ({} is not null) not valid"_sql, table, check, name),
                           table, Lock::access_exclusive);
  is_undone_by(added, build("alter table {} drop constraint if exists {}"_sql, table, check));
  auto validated = requirement("check that " + on + " is not null in every row",
                               build("alter table {} validate constraint {}"_sql, table, check), table,
                               Lock::share_update_exclusive);
  auto required = requirement("set not null of " + on,
                              build("alter table {} alter column {} set not null"_sql, table, name), table,
                              Lock::access_exclusive);
  is_undone_by(required, build("alter table {} alter column {} drop not null"_sql, table, name));
  auto dropped = requirement("drop the check of " + on, build("alter table {} drop constraint {}"_sql, table, check),
                             table, Lock::access_exclusive);
  return {std::move(added), std::move(validated), std::move(required), std::move(dropped)};
}

Operations set_not_null(const Alter& alter, const std::string& column) {
  if (alter.is_new()) {
    auto made = alter.command("set not null", column);
    takes_lock(alter.form, made, alter.table, Lock::access_exclusive);
    is_undone_by(made, build("alter table {} alter column {} drop not null"_sql, alter.table, Ident{column}));
    return {std::move(made)};
  }
  auto operations = require_not_null(alter.table, column);
  const auto place = alter.form.operation("");
  for (auto& operation : operations) {
    operation.line = place.line;
    operation.column = place.column;
  }
  return operations;
}

Operation validate_constraint(const Alter& alter, const std::string& name) {
  auto made = alter.form.operation(fmt::format("validate constraint {} of {}", render(Ident{name}), render(alter.table)),
                                   build("alter table {} validate constraint {}"_sql, alter.table, Ident{name}));
  takes_lock(alter.form, made, alter.table, Lock::share_update_exclusive);
  needs_no_undo(made);
  return made;
}

Operations add_constraint(const Alter& alter, const tree::object& constraint) {
  const auto type = tree::text(constraint, "contype");
  auto name = tree::text(constraint, "conname");
  if (name.empty()) name = tree::text(constraint, "indexname");
  if (name.empty())
    alter.form.refuse("the constraint has no name", "write ADD CONSTRAINT <name> ...: segue finds it by name on the way back");
  if (type == "CONSTR_CHECK" || type == "CONSTR_FOREIGN") return in_two_steps(alter, constraint, name);
  if (type == "CONSTR_UNIQUE" || type == "CONSTR_PRIMARY") return key_over_index(alter, constraint, name);
  if (type != "CONSTR_EXCLUSION") alter.form.refuse(fmt::format("this kind of constraint ({}) is not supported in a plan", type));
  auto made = as_written(alter, name, Lock::access_exclusive);
  made.scans = !alter.is_new();
  if (made.scans) made.note = "PostgreSQL has no online form: the table is read under the lock; a small table may bear it";
  return {std::move(made)};
}

}  // namespace segue::sql
