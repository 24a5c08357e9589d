#include "engine/backup.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "journal/journal.hpp"
#include "pg/dump.hpp"
#include "pg/embedded.hpp"
#include "verify/fingerprint.hpp"

namespace segue::engine {

namespace fs = std::filesystem;

namespace {

pg::Connection connect(const std::string& url, const plan::Plan& plan) {
  return pg::Connection(url, {.application_name = "segue/backup/" + plan.name});
}

verify::Fingerprint restored(pg::Connection& source, const std::string& file, Progress& progress) {
  progress.begin("backup", "restore into a private server");
  pg::Embedded server({.directory = {}, .durable = false, .outlive = false, .settings = {"max_wal_size=4GB"}});
  pg::Connection db(server.create_database("restored"));
  // A row level policy names roles; they need not be able to do anything here.
  const auto roles = source.run("backup.roles", R"(select rolname from pg_catalog.pg_roles where rolname !~ '^pg_')"_sql);
  const auto known = db.run("backup.known_roles", "select coalesce(json_agg(rolname), '[]')::text from pg_catalog.pg_roles"_sql).text();
  for (int row = 0; row < roles.rows(); ++row)
    if (known.find(boost::json::serialize(boost::json::value(roles.text(row, 0)))) == known.npos)
      db.run("backup.role", sql::build("create role {}"_sql, sql::Ident{roles.text(row, 0)}));
  pg::restore(file, db);
  progress.end("done");
  progress.begin("backup", "read what was restored");
  auto found = verify::fingerprint(db, progress);
  progress.end("done");
  return found;
}

void refuse_difference(const verify::Fingerprint& wanted, const verify::Fingerprint& found, bool rows_too) {
  for (const auto& [table, expected] : wanted) {
    if (!rows_too && table.starts_with("segue.")) continue;      // a journal that is younger than the backup is not the application's
    const auto there = found.find(table);
    if (there == found.end()) throw Error(ErrorCode::different_data, fmt::format("table {} is not in the backup", table), "take another");
    if (rows_too && !(there->second == expected))
      throw Error(ErrorCode::different_data, fmt::format("table {} has {} rows in the database and {} in the backup, or other values",
                                                         table, grouped(expected.rows), grouped(there->second.rows)), "take another");
  }
}

BackupProof record(pg::Connection& db, const plan::Plan& plan, const std::string& file, const verify::Fingerprint& found, bool compared, const std::string& actor) {
  BackupProof proof{fs::absolute(file).string(), static_cast<std::int64_t>(found.size()), 0, static_cast<std::int64_t>(fs::file_size(file)), compared};
  for (const auto& [table, print] : found) proof.rows += print.rows;
  const auto evidence = boost::json::serialize(boost::json::object{
      {"file", proof.file}, {"bytes", proof.bytes}, {"tables", proof.tables}, {"rows", proof.rows}, {"compared", compared}});
  journal::install(db);
  journal::upgrade(db);
  pg::Transaction transaction(db);
  db.run("backup.register", "insert into segue.plans (plan, title, hash) values ($1, $2, $3) on conflict do nothing"_sql, {plan.name, plan.title, plan.hash});
  db.run("backup.record", R"sql(insert into segue.backups (plan, file, bytes, "tables", rows, compared, actor)
                                values ($1, $2, $3::bigint, $4::bigint, $5::bigint, $6::boolean, $7))sql"_sql,
         {plan.name, proof.file, proof.bytes, proof.tables, proof.rows, compared, actor});
  journal::audit(db, plan.name, actor, "backup proven", {}, evidence);
  transaction.commit();
  return proof;
}

}  // namespace

BackupProof take_backup(const std::string& url, const plan::Plan& plan, const std::string& file, const std::string& actor, Progress& progress) {
  if (fs::exists(file)) throw Error(ErrorCode::usage, "\"" + file + "\" exists already", "name a new file; segue overwrites no backup");
  auto db = connect(url, plan);
  verify::Fingerprint wanted;
  {
    pg::Transaction moment(db, "begin isolation level repeatable read read only"_sql);
    const auto snapshot = db.run("backup.snapshot", "select pg_export_snapshot()"_sql).text();
    progress.begin("backup", "dump");
    auto dumping = connect(url, plan);
    pg::dump(dumping, snapshot, file);
    progress.end("done");
    progress.begin("backup", "read what was dumped");
    wanted = verify::fingerprint(db, progress);
    progress.end("done");
  }
  const auto found = restored(db, file, progress);
  refuse_difference(wanted, found, true);
  auto journal = connect(url, plan);                             // the other session's settings are those of the comparison
  return record(journal, plan, file, found, true, actor);
}

BackupProof prove_backup(const std::string& url, const plan::Plan& plan, const std::string& file, const std::string& actor, Progress& progress) {
  if (!fs::is_regular_file(file)) throw Error(ErrorCode::not_found, "there is no file \"" + file + "\"", "name a file that pg_dump --format=custom has written");
  auto db = connect(url, plan);
  const auto found = restored(db, file, progress);
  progress.begin("backup", "read the database");
  refuse_difference(verify::fingerprint(db, progress), found, false);
  progress.end("done");
  auto journal = connect(url, plan);
  return record(journal, plan, file, found, false, actor);
}

gate::Item backup_item(pg::Connection& db, const plan::Plan& plan) {
  const auto within = std::chrono::duration<double>(*plan.backup).count();
  gate::Item item{"backup", fmt::format("proven, not older than {:.1f} h", within / 3600), "none", false};
  const auto age = db.run("backup.age", R"sql(
    select extract(epoch from clock_timestamp() - max(at)) from segue.backups where plan = $1)sql"_sql, {plan.name});
  if (age.is_null(0, 0)) return item;
  item.found = fmt::format("{:.1f} h old", age.number() / 3600);
  item.holds = age.number() <= within;
  return item;
}

}  // namespace segue::engine
