#include "engine/grants.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "plan/statements.hpp"

namespace segue::engine {

using sql::build;
using sql::Ident;
using sql::QualifiedName;
using sql::Sql;

namespace {

// What the plan does to things, by name; of those only the ones that exist now matter: what segue makes, it owns.
struct Needs {
  std::set<std::string> altered, written, read, types, functions, indexes;
};

void take(const plan::Plan& plan, std::set<std::string>& set, const QualifiedName& name) {
  if (name.schema.empty() || name.schema == plan.schema) set.insert(name.name);
}

void read_by(const plan::Plan& plan, Needs& needs, const std::string& text) {
  for (const auto& table : sql::named_in(text).tables) take(plan, needs.read, table);
}

void of_sql(const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step, Needs& needs) {
  const auto add = [&](const sql::Operation& operation) {
    for (const auto& table : operation.tables) take(plan, operation.writes_rows ? needs.written : needs.altered, table);
    for (const auto& probe : operation.index) needs.indexes.insert(probe.index);
    const auto named = sql::named_in(operation.sql.text());
    for (const auto& table : named.tables) take(plan, needs.read, table);
    for (const auto& type : named.types) take(plan, needs.types, type);
    for (const auto& function : named.functions) take(plan, needs.functions, function);
  };
  for (const auto& operation : plan::operations_of(plan, phase, step)) add(operation);
  if (const auto* step_sql = std::get_if<plan::SqlStep>(&step.what); step_sql != nullptr && !step_sql->undo_file.empty())
    for (const auto& operation : plan::undo_operations_of(*step_sql)) add(operation);
}

void of_mapping(const plan::Plan& plan, const plan::Mapping& mapping, Needs& needs) {
  needs.altered.insert(mapping.table);
  for (const auto* side : {&mapping.to_new, &mapping.to_old}) {
    if (!side->from.empty()) read_by(plan, needs, "select from segue_row join " + side->from);
    for (const auto* list : {&side->set, &side->otherwise})
      for (const auto& [column, expression] : *list) read_by(plan, needs, "select " + expression);
  }
}

Needs needs_of(const plan::Plan& plan) {
  Needs needs;
  for (const auto& value : plan.values) needs.read.insert(value.table);
  for (const auto& mapping : plan.mappings) of_mapping(plan, mapping, needs);
  for (const auto& phase : plan.phases) {
    for (const auto& check : phase.checks) read_by(plan, needs, check.sql);
    for (const auto& step : phase.steps) {
      of_sql(plan, phase, step, needs);
      if (const auto* retire = std::get_if<plan::RetireStep>(&step.what))
        for (const auto& target : retire->targets) needs.altered.insert(target.table);
    }
  }
  return needs;
}

bool takes_names_back(const plan::Step& step) { return std::holds_alternative<plan::RetireStep>(step.what) || std::holds_alternative<plan::DropStep>(step.what); }

void of_targets(const std::vector<plan::Target>& targets, Needs& needs) {
  for (const auto& target : targets) needs.altered.insert({target.table, catalog::retired_name(target.table)});
}

// What the way back alters or drops. What it reads and writes besides, dual write has read and written until now.
Needs needs_of_undo(const plan::Plan& plan, const StepsBack& back) {
  Needs needs;
  for (const auto& [phase, step] : back) {
    of_sql(plan, *phase, *step, needs);
    if (const auto* retire = std::get_if<plan::RetireStep>(&step->what)) of_targets(retire->targets, needs);
    if (const auto* drop = std::get_if<plan::DropStep>(&step->what)) of_targets(drop->targets, needs);
    if (const auto* sync = std::get_if<plan::SyncStep>(&step->what)) {
      const auto& mapping = plan.mapping(sync->mapping);
      needs.altered.insert({mapping.table, mapping.into});
    }
  }
  return needs;
}

struct Thing { std::string kind, name, owner; bool superuser = false; };

std::string array_of(const std::set<std::string>& names) {
  std::string text = "{";
  for (const auto& name : names) text += (text.size() > 1 ? ",\"" : "\"") + replace_all(replace_all(name, "\\", "\\\\"), "\"", "\\\"") + "\"";
  return text + "}";
}

// Tables (those an index of the plan belongs to, too, and partitions: PostgreSQL asks for the owner of each) and types that are
// there now, with their owners.
std::vector<Thing> owned_things(pg::Connection& db, const plan::Plan& plan, const Needs& needs) {
  const auto rows = db.run("grants.owners", R"sql(
    with tables as (
      select c.oid, c.relname::text as name, c.relowner as owner from pg_catalog.pg_class c
      where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind in ('r', 'p')
        and (c.relname = any ($2::text[])
             or c.relispartition and exists (select 1 from pg_catalog.pg_partition_ancestors(c.oid) a join pg_catalog.pg_class p on p.oid = a.relid
                                             where p.relnamespace = c.relnamespace and p.relname = any ($2::text[]))
             or exists (select 1 from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
                        where i.indrelid = c.oid and x.relname = any ($4::text[])))),
    things as (
      select 'table' as kind, name, owner from tables
      union
      select 'statistics', s.stxname::text, s.stxowner from pg_catalog.pg_statistic_ext s join tables on tables.oid = s.stxrelid
      where s.stxnamespace = to_regnamespace(quote_ident($1))
      union
      select 'type', t.typname::text, t.typowner from pg_catalog.pg_type t
      where t.typnamespace = to_regnamespace(quote_ident($1)) and t.typname = any ($3::text[])
      union
      select case prokind when 'p' then 'procedure' else 'function' end, p.oid::regprocedure::text, p.proowner from pg_catalog.pg_proc p
      where p.pronamespace = to_regnamespace(quote_ident($1)) and p.proname = any ($5::text[]))
    select kind, name, r.rolname, r.rolsuper from things join pg_catalog.pg_roles r on r.oid = owner order by 1, 2)sql"_sql,
    {plan.schema, array_of(needs.altered), array_of(needs.types), array_of(needs.indexes), array_of(needs.functions)});
  std::vector<Thing> things;
  for (int row = 0; row < rows.rows(); ++row)
    things.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.boolean(row, 3)});
  return things;
}

// A function's name is its signature, as the server writes it.
Sql name_of(const plan::Plan& plan, const Thing& thing) {
  const bool plain = thing.kind == "table" || thing.kind == "type" || thing.kind == "statistics";
  return plain ? build("{}"_sql, QualifiedName{plan.schema, thing.name}) : Sql::from_journal(thing.name);
}

Sql acts_as(const std::string& owner) { return build("pg_has_role($1, {}, 'usage')"_sql, sql::Literal{owner}); }

// Since 16 each membership says whether it inherits; one that does not, or a role that by itself does not, would be given in vain.
constexpr int inherits_by_membership = 160000;

Sql inheriting(pg::Connection& db, const std::string& owner, const std::string& role) {
  const auto in_vain = db.server_version() >= inherits_by_membership && db.run("grants.inherits", R"sql(
    select exists (select 1 from pg_catalog.pg_roles r, pg_catalog.pg_roles o where r.rolname = $1 and o.rolname = $2
      and (not r.rolinherit or pg_has_role(r.oid, o.oid, 'member') and not pg_has_role(r.oid, o.oid, 'usage'))))sql"_sql, {role, owner}).boolean();
  return in_vain ? " with inherit true"_sql : ""_sql;
}

void inheritance(pg::Connection& db, const std::string& role, std::vector<Grant>& grants) {
  const Sql held = "coalesce((select rolinherit or rolsuper from pg_catalog.pg_roles where rolname = $1), true)"_sql;
  if (db.server_version() < inherits_by_membership && !db.run("grants.inherits", build("select {}"_sql, held), {role}).boolean())
    grants.push_back({build("alter role {} inherit"_sql, Ident{role}).text(), "memberships give it nothing else", held});
}

// Membership in a superuser would be the right to everything: then the thing itself changes hands.
void ownership(pg::Connection& db, const plan::Plan& plan, const std::vector<Thing>& things, const std::string& role, std::vector<Grant>& grants) {
  std::map<std::string, std::vector<std::string>> owners;
  for (const auto& thing : things) {
    if (thing.owner == role) continue;
    if (!thing.superuser) owners[thing.owner].push_back(thing.name);
    else grants.push_back({build("alter {} {} owner to {}"_sql, Sql::from_journal(thing.kind), name_of(plan, thing), Ident{role}).text(),
                           "PostgreSQL lets only the owner alter or drop it; now it is the superuser " + thing.owner + "'s", acts_as(thing.owner)});
  }
  for (const auto& [owner, names] : owners)
    grants.push_back({build("grant {} to {}{}"_sql, Ident{owner}, Ident{role}, inheriting(db, owner, role)).text(), "the owner of " + join(names, ", ") + ": PostgreSQL lets only owners alter them",
                      acts_as(owner)});
}

void reading_and_writing(pg::Connection& db, const plan::Plan& plan, const Needs& needs, const std::string& role, std::vector<Grant>& grants) {
  const auto rows = db.run("grants.others", R"sql(
    select relname, relname = any ($3::text[]) from pg_catalog.pg_class
    where relnamespace = to_regnamespace(quote_ident($1)) and relkind in ('r', 'p', 'v', 'm', 'f') and (relname = any ($2::text[]) or relname = any ($3::text[]))
      and not relname = any ($4::text[]) order by 1)sql"_sql, {plan.schema, array_of(needs.read), array_of(needs.written), array_of(needs.altered)});
  for (int row = 0; row < rows.rows(); ++row) {
    const QualifiedName table{plan.schema, rows.text(row, 0)};
    const bool written = rows.boolean(row, 1);
    const sql::Literal name{sql::render(table)};
    Sql held = build("(has_table_privilege($1, {}, 'select') or has_any_column_privilege($1, {}, 'select'))"_sql, name, name);
    for (const auto* right : {"insert", "update", "delete"})
      if (written) held += build(" and has_table_privilege($1, {}, {})"_sql, name, sql::Literal{right});
    grants.push_back({build(written ? "grant select, insert, update, delete on {} to {}"_sql : "grant select on {} to {}"_sql, table, Ident{role}).text(),
                      written ? "the plan writes its rows" : "the plan reads it", held});
  }
}

// Whoever works with the tables of the plan now will want to work with those it makes.
void for_applications(pg::Connection& db, const plan::Plan& plan, const Needs& needs, const std::string& role, std::vector<Grant>& grants) {
  const auto rows = db.run("grants.applications", R"sql(
    select distinct r.rolname from pg_catalog.pg_class c
    left join lateral aclexplode(c.relacl) a on a.privilege_type in ('INSERT', 'UPDATE')
    join pg_catalog.pg_roles r on r.oid = a.grantee or (r.oid = c.relowner and not r.rolsuper)
    where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relname = any ($2::text[]) and r.rolname <> $3 order by 1)sql"_sql,
    {plan.schema, array_of(needs.altered), role});
  for (int row = 0; row < rows.rows(); ++row) {
    const Ident application{rows.text(row, 0)};
    grants.push_back({build("alter default privileges for role {} in schema {} grant select, insert, update, delete on tables to {}"_sql,
                            Ident{role}, Ident{plan.schema}, application).text(), application.name + " writes the tables of the plan: it may write the new ones, too"});
    grants.push_back({build("alter default privileges for role {} in schema {} grant usage, select on sequences to {}"_sql,
                            Ident{role}, Ident{plan.schema}, application).text(), ""});
  }
}

// A journal that another role made, for instance a superuser who ran the plan before there was this role.
void journal_of_another(pg::Connection& db, const std::string& role, std::vector<Grant>& grants) {
  const auto rows = db.run("grants.journal", R"sql(
    with mine as (select oid from pg_catalog.pg_namespace where nspname in ('segue', 'segue_archive'))
    select format('alter schema %I owner to %I', nspname, $1::text), pg_get_userbyid(nspowner) from pg_catalog.pg_namespace
      where oid in (select oid from mine) and pg_get_userbyid(nspowner) <> $1
    union all
    select format('alter %s %s owner to %I', case relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass, $1::text), pg_get_userbyid(relowner) from pg_catalog.pg_class c
      where relnamespace in (select oid from mine) and relkind in ('r', 'S') and pg_get_userbyid(relowner) <> $1
        and not exists (select 1 from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'i')
    union all
    select format('alter function %s owner to %I', p.oid::regprocedure, $1::text), pg_get_userbyid(proowner) from pg_catalog.pg_proc p
      where pronamespace in (select oid from mine) and pg_get_userbyid(proowner) <> $1)sql"_sql, {role});
  for (int row = 0; row < rows.rows(); ++row) grants.push_back({rows.text(row, 0), row == 0 ? "the journal was made by another role" : "", acts_as(rows.text(row, 1))});
}

Grant on_schema(const plan::Plan& plan, const Ident& role) {
  return {build("grant usage, create on schema {} to {}"_sql, Ident{plan.schema}, role).text(), "new tables and indexes",
          build("coalesce((select has_schema_privilege($1, oid, 'usage') and has_schema_privilege($1, oid, 'create') from pg_catalog.pg_namespace where nspname = {}), true)"_sql,
                sql::Literal{plan.schema})};
}

void refuse_missing(pg::Connection& db, const plan::Plan& plan, const std::string& role, const std::vector<Grant>& grants, const std::string& needed_by) {
  std::vector<std::string> missing;
  for (const auto& grant : grants)
    if (!grant.held.empty() && !db.run("grants.held", build("select {} from (select $1::name) role"_sql, grant.held), {role}).boolean()) missing.push_back(grant.sql);
  if (!missing.empty())
    throw Error(ErrorCode::permission, "role \"" + role + "\" lacks rights that " + needed_by + " needs:\n  " + join(missing, "\n  "),
                "segue grants " + plan.directory + " --role " + sql::quote_identifier(role) + " prints them with their reasons; nothing was changed");
}

}  // namespace

std::vector<Grant> grants(pg::Connection& db, const plan::Plan& plan, const std::string& role) {
  const Ident name{role};
  const auto needs = needs_of(plan);
  const auto here = db.run("grants.here", "select current_database(), exists (select 1 from pg_catalog.pg_roles where rolname = $1)"_sql, {role});
  std::vector<Grant> grants;
  if (!here.boolean(0, 1)) grants.push_back({build("create role {} login"_sql, name).text(), "how it proves who it is (password, certificate) is up to you"});
  grants.push_back({build("grant connect, create on database {} to {}"_sql, Ident{here.text()}, name).text(), "creates the schemas segue (journal) and segue_archive",
                    "has_database_privilege($1, current_database(), 'create')"_sql});
  grants.push_back(on_schema(plan, name));
  inheritance(db, role, grants);
  // What a run cannot do without is pg_read_all_stats, a part of it.
  grants.push_back({build("grant pg_monitor to {}{}"_sql, name, inheriting(db, "pg_monitor", role)).text(),
                    "sees who holds a lock, which application processes follow a flag, and how far replicas, the archive and the disk are from their limits",
                    acts_as("pg_read_all_stats")});
  ownership(db, plan, owned_things(db, plan, needs), role, grants);
  reading_and_writing(db, plan, needs, role, grants);
  for_applications(db, plan, needs, role, grants);
  journal_of_another(db, role, grants);
  return grants;
}

void require_grants(pg::Connection& db, const plan::Plan& plan) {
  const auto role = db.run("grants.role", "select current_user"_sql).text();
  refuse_missing(db, plan, role, grants(db, plan, role), "plan \"" + plan.name + "\"");
}

void require_grants_back(pg::Connection& db, const plan::Plan& plan, const StepsBack& back) {
  const auto role = db.run("grants.role", "select current_user"_sql).text();
  std::vector<Grant> needed;
  ownership(db, plan, owned_things(db, plan, needs_of_undo(plan, back)), role, needed);
  if (std::any_of(back.begin(), back.end(), [](const auto& one) { return takes_names_back(*one.second); })) needed.push_back(on_schema(plan, Ident{role}));
  refuse_missing(db, plan, role, needed, "the way back");
}

}  // namespace segue::engine
