// A backup counts only when it was restored and found equal; and a plan can insist on one.
#include "engine/backup.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "engine/engine.hpp"
#include "pg/dump.hpp"
#include "support/database.hpp"
#include "support/thrown.hpp"
#include "verify/fingerprint.hpp"

using namespace segue;
using tests::code_of;
namespace fs = std::filesystem;

namespace {

// What a restore may stumble over: a policy for a role, partitions, a generated column, values whose text depends on settings.
const auto schema = R"sql(
  create role "backup Reader";
  create table "odd Values" (
    id integer generated always as identity primary key, "weRd" float8, at timestamptz, span interval, bytes bytea,
    doubled float8 generated always as ("weRd" * 2) stored);
  insert into "odd Values" ("weRd", at, span, bytes)
    select 0.1 + n, timestamptz '2026-03-29 02:30+02' + n * interval '1 hour', n * interval '1 day 3 hours', decode(lpad(n::text, 4, '0'), 'hex')
    from generate_series(1, 50) n;
  create table logs ("day" date, what text) partition by range ("day");
  create table "logs 2026" partition of logs for values from ('2026-01-01') to ('2027-01-01');
  insert into logs select date '2026-01-01' + n, 'x' from generate_series(0, 99) n;
  alter table "odd Values" enable row level security;
  create policy readers on "odd Values" for select to "backup Reader" using (true))sql"_sql;

struct Backup {
  Backup() : url(tests::fresh_database()), db(url) {
    db.run("test.role", R"(drop role if exists "backup Reader")"_sql);
    db.run_script("test.schema", schema);
    std::string pattern = (fs::temp_directory_path() / "segue-backup-test-XXXXXX").string();
    directory = mkdtemp(pattern.data());
  }
  ~Backup() {
    fs::remove_all(directory);
    db.run_script("test.drop", R"(drop policy readers on "odd Values"; drop role "backup Reader")"_sql);
  }
  std::string file(const std::string& name) const { return (directory / name).string(); }
  engine::BackupProof take(const std::string& name) { return engine::take_backup(url, plan, file(name), "tester", silence); }
  std::string url;
  pg::Connection db;
  fs::path directory;
  Silence silence;
  const plan::Plan plan = plan::parse("plan.yaml", "plan: kept\nbackup: 1h\nphases: [{name: only, steps: [{rollout: flag, to: [100%]}]}]\n", ".");
};

}  // namespace

TEST_CASE("a backup is restored elsewhere, compared row by row, and opens the plan's first gate") {
  Backup backup;
  const auto held = engine::run(backup.url, backup.plan, {}, backup.silence);
  CHECK(held.held_by == "checklist");
  CHECK(held.verdict.items.back().name == "backup");
  CHECK(held.verdict.items.back().found == "none");

  const auto proof = backup.take("good.dump");
  CHECK(proof.rows > 150);  // and the journal's
  CHECK(proof.bytes > 1000);
  struct stat facts{};
  CHECK(stat(proof.file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 077) == 0);
  CHECK(engine::run(backup.url, backup.plan, {}, backup.silence).complete);
}

TEST_CASE("a proof grows old") {
  Backup backup;
  backup.take("old.dump");
  CHECK(engine::backup_item(backup.db, backup.plan).holds);
  backup.db.run("test.age", "update segue.backups set at = at - interval '61 minutes'"_sql);
  CHECK_FALSE(engine::backup_item(backup.db, backup.plan).holds);
}

TEST_CASE("a backup that somebody else took must restore and hold every table") {
  Backup backup;
  backup.take("theirs.dump");
  backup.db.run("test.later", R"(insert into logs values ('2026-12-31', 'later'))"_sql);
  CHECK_FALSE(engine::prove_backup(backup.url, backup.plan, backup.file("theirs.dump"), "tester", backup.silence).compared);
  backup.db.run("test.table", R"(create table "made Since" (id integer))"_sql);
  CHECK(code_of([&] { engine::prove_backup(backup.url, backup.plan, backup.file("theirs.dump"), "tester", backup.silence); }) == ErrorCode::different_data);
}

TEST_CASE("a file that was cut off, or is no backup, proves nothing") {
  Backup backup;
  backup.take("cut.dump");
  fs::resize_file(backup.file("cut.dump"), fs::file_size(backup.file("cut.dump")) * 3 / 4);
  std::ofstream(backup.file("text")) << "hello";
  for (const auto* name : {"cut.dump", "text"})
    CHECK(code_of([&] { engine::prove_backup(backup.url, backup.plan, backup.file(name), "tester", backup.silence); }) == ErrorCode::different_data);
  CHECK(code_of([&] { engine::prove_backup(backup.url, backup.plan, backup.file("absent"), "tester", backup.silence); }) == ErrorCode::not_found);
  CHECK(code_of([&] { backup.take("text"); }) == ErrorCode::usage);
  CHECK(backup.db.run("test.proofs", "select count(*) from segue.backups"_sql).integer() == 1);
}

TEST_CASE("one changed value makes another fingerprint; the order of rows does not") {
  Backup backup;
  pg::Connection reader(backup.url);
  const auto before = verify::fingerprint(reader, backup.silence);
  backup.db.run_script("test.order", R"(create table copied as select * from logs; delete from logs; insert into logs select * from copied order by "day" desc; drop table copied)"_sql);
  CHECK(verify::fingerprint(reader, backup.silence) == before);
  backup.db.run("test.change", R"(update public."odd Values" set "weRd" = "weRd" + 1e-12 where id = 7)"_sql);
  CHECK_FALSE(verify::fingerprint(reader, backup.silence) == before);
}

TEST_CASE("what pg_dump cannot reach leaves no file behind") {
  Backup backup;
  CHECK(code_of([&] { pg::dump(backup.db, "00000003-0000001B-1", backup.file("none.dump")); }) == ErrorCode::system);
  CHECK_FALSE(fs::exists(backup.file("none.dump")));
}
