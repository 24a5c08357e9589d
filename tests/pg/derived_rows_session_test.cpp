// Two sessions at one derived row: whoever comes second sees the first, waits for it a moment, and never fails.
#include <doctest/doctest.h>

#include <functional>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/clinics.hpp"

using namespace segue;
using segue::tests::Clinics;
using sql::Sql;

namespace {

struct Shared : Clinics {
  explicit Shared(const std::string& rows) {
    write(R"(insert into users (id, role, "fullName") values ('u1', 'PATIENT', 'U'); )" + rows);
    sync_all();
    backfill_all();
  }
  // `first` in a transaction that ends only when `second`, in another session, has begun or waits for it.
  void at_once(const std::string& first, const std::string& second, const std::string& then = "select 1") {
    pg::Connection other(url(), {.application_name = "second", .search_path = "public"});
    pg::Transaction transaction(db());
    db().run("first", Sql::from_plan(first));
    std::thread thread([&] { other.run("second", Sql::from_plan(second)); });
    for (int i = 0; i < 1000 && !waits(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    db().run("then", Sql::from_plan(then));
    transaction.commit();
    thread.join();
  }
  std::string persons() { return ask(R"(select count(*), string_agg("fullName", ' ') from global_patients)"); }

 private:
  // The second waits for a lock, or is done.
  bool waits() {
    return ask("select coalesce(bool_or(wait_event_type = 'Lock' or state = 'idle' and query like '%-- second%'), false) from pg_stat_activity where application_name = 'second'") == "t";
  }
};

constexpr const char* two_patients = R"(insert into patients values ('p1', 'c1', 'Same', 'u1'), ('p2', 'c2', 'Same', 'u1'))";

}  // namespace

TEST_CASE("the last two claims on a row go at once, and so does the row") {
  Shared clinics(two_patients);
  clinics.at_once("delete from patients where id = 'p1'", "delete from patients where id = 'p2' -- second");
  clinics.settle();
  CHECK(clinics.persons() == "0|-");
  CHECK(clinics.findings() == "");
  CHECK(clinics.repairs() == "");
}

TEST_CASE("two claims on a new row come at once: one row, and what they differ in is nobody's") {
  Shared clinics("");
  clinics.at_once("insert into patients values ('p1', 'c1', 'One', 'u1')", "insert into patients values ('p2', 'c2', 'Two', 'u1') -- second");
  clinics.settle();
  CHECK(clinics.ask("select count(*) from global_patients") == "1");
  CHECK(clinics.repairs() == "global_patients into new user:u1 claims disagree\n");
  clinics.write(R"(update patients set "fullName" = 'One' where id = 'p2')");
  clinics.settle();
  CHECK(clinics.persons() == "1|One");
  CHECK(clinics.findings() == "");
}

TEST_CASE("a claim goes while another comes: the row stays") {
  Shared clinics(R"(insert into patients values ('p1', 'c1', 'Same', 'u1'))");
  clinics.at_once("delete from patients where id = 'p1'", "insert into patients values ('p2', 'c2', 'Same', 'u1') -- second");
  clinics.settle();
  CHECK(clinics.persons() == "1|Same");
  CHECK(clinics.findings() == "");
}

TEST_CASE("an old-style and a new-style write of one pair neither fail nor wait for ever, and both are kept") {
  Shared clinics(R"(insert into users (id, role, "fullName", "clinicId", specialization, experience) values ('d1', 'DOCTOR', 'D', 'c1', 'a', 1))");
  clinics.at_once("select 1 from users where id = 'd1' for update", "update clinic_doctors set specialization = 'b' -- second",
                  "update users set experience = 2 where id = 'd1'");
  clinics.settle();
  CHECK(clinics.ask("select specialization, experience from users where id = 'd1'") == "b|2");
  CHECK(clinics.ask("select specialization, experience from clinic_doctors") == "b|2");
  CHECK(clinics.findings() == "");
  CHECK(clinics.repairs() == "");
}
