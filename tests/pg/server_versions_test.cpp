// What some servers have and others do not. script/servers runs this against each of them.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "support/clinics.hpp"
#include "support/database.hpp"

using namespace segue;
using segue::tests::Clinics;

namespace {

constexpr int with_virtual_columns = 180000;                     // and with NOT NULL that is NOT VALID

std::string clinic_plan() { return read_file(std::string(SEGUE_SOURCE_DIR) + "/tests/scenario/derived-rows/plan/plan.yaml"); }

// Derived rows whose experience is read from a generated column.
void derive_from_generated(const std::string& how) {
  auto yaml = clinic_plan();
  const std::string plain = "experience: old.experience";
  yaml.replace(yaml.find(plain), plain.size(), "experience: old.years");
  Clinics clinics(sql::Sql::from_plan("alter table users add column years integer generated always as (experience * 1) " + how), yaml);
  clinics.sync_all();
  clinics.write(R"(insert into users (id, role, "fullName", "clinicId", specialization, experience) values ('d1', 'DOCTOR', 'A', 'c1', 'eyes', 5))");
  clinics.write("update users set experience = 6 where id = 'd1'");
  CHECK(clinics.ask("select experience from clinic_doctors") == "6");
}

}  // namespace

TEST_CASE("a derived row may read a column that is stored when it is generated, but none that triggers find nothing in") {
  CHECK_NOTHROW(derive_from_generated("stored"));
  if (pg::Connection(tests::fresh_database()).server_version() < with_virtual_columns) return;
  CHECK_THROWS_WITH_AS(derive_from_generated("virtual"),
                       doctest::Contains("column \"years\" is generated when it is read: triggers find nothing in it"), Error);
}

TEST_CASE("a unique index over a column whose NOT NULL was never validated is no key") {
  pg::Connection db(tests::fresh_database());
  db.run_script("test.schema", "create table codes (code text, name text, unique (code)); insert into codes values (null, 'old')"_sql);
  const auto key = [&] { return catalog::table(db, {"public", "codes"}).key; };
  CHECK(key().empty());
  if (db.server_version() >= with_virtual_columns) {
    db.run("test.required", "alter table codes add constraint required not null code not valid"_sql);
    CHECK(key().empty());
  }
  db.run_script("test.filled", "update codes set code = 'a'; alter table codes alter code set not null"_sql);
  CHECK(key() == std::vector<std::string>{"code"});
}
