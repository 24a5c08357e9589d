// What becomes of a slot's rows in the ledger of bookings: they are folded without loss, emptied with the table, and belong to nobody else.
#include <doctest/doctest.h>

#include "support/booking_ledger.hpp"

using namespace segue;
using namespace segue::tests;

TEST_CASE("a slot of 5,000 changes holds few rows, and changes that may not fold are folded by the next who may") {
  Clinic clinic;
  pg::Connection other(clinic.url);
  run(clinic.db, insert(1, days[0], services[0]));
  const auto change = [&](pg::Connection& db, int times) {
    for (int i = 0; i < times; ++i) run(db, fmt::format("update reservations set status = '{}' where id = '1'", i % 2 == 0 ? "CANCELLED" : "PENDING"));
  };
  change(clinic.db, 2500);
  change(other, 2500);
  CHECK(clinic.rows("booked_per_day") < 400);                      // one change of twenty folds: 400 without would be 0.95 ^ 400
  run(other, "set default_transaction_isolation = 'repeatable read'");
  change(other, 500);
  CHECK(clinic.rows("booked_per_day") >= 500);
  clinic.always_fold("booked_per_day");
  change(clinic.db, 1);
  CHECK(clinic.rows("booked_per_day") == 0);
  CHECK(clinic.wrong_per_day() == 0);
}

TEST_CASE("what one transaction folds, another leaves alone; one that is taken back has folded nothing") {
  Clinic clinic;
  for (int i = 0; i < 9; ++i) run(clinic.db, insert(i, days[0], services[0]));
  clinic.always_fold("booked_per_day");
  pg::Connection one(clinic.url), other(clinic.url);
  pg::Transaction first(one), second(other);
  run(one, insert(10, days[0], services[0]));                      // folds everybody's
  run(other, insert(11, days[0], services[0]));
  run(other, insert(12, days[0], services[0]));                    // folds its own two
  CHECK(clinic.wrong_per_day() == 0);
  second.commit();
  CHECK(clinic.wrong_per_day() == 0);
  run(one, "savepoint before;" + insert(13, days[0], services[0]) + "; rollback to before");
  SUBCASE("kept") { first.commit(); }
  SUBCASE("taken back") { first.rollback(); }
  CHECK(clinic.wrong_per_day() == 0);
  CHECK(clinic.db.run("test.sum", "select sum(change) from booked_per_day"_sql).integer()
        == clinic.db.run("test.count", "select count(*) from reservations"_sql).integer());
}

TEST_CASE("a fold that adds up more than it takes away would be found") {
  Clinic clinic;
  for (int i = 0; i < 9; ++i) run(clinic.db, insert(i, days[0], services[0]));
  clinic.always_fold("booked_per_day");
  run(clinic.db, R"(
    create or replace function booked_per_day_fold() returns trigger language plpgsql as $$
    declare total integer;
    begin
      if pg_trigger_depth() > 2 then return null; end if;
      total := (select sum(change) from booked_per_day where "preferredDate" = new."preferredDate" and service = new.service);
      delete from booked_per_day where id = any (array(
        select id from booked_per_day where "preferredDate" = new."preferredDate" and service = new.service for update skip locked));
      insert into booked_per_day ("preferredDate", service, change) values (new."preferredDate", new.service, total);
      return null;
    end $$)");
  pg::Connection one(clinic.url);
  pg::Transaction first(one);
  run(one, insert(10, days[0], services[0]));
  run(clinic.db, insert(11, days[0], services[0]));                // sees the nine, which the other takes away
  first.commit();
  CHECK(clinic.wrong_per_day() == 1);
}

TEST_CASE("an emptied table has an empty ledger that is filled, also for a transaction that cannot see all its rows") {
  for (const auto& begin : {"begin"_sql, "begin isolation level repeatable read"_sql}) {
    Clinic clinic;
    clinic.install_new_ledger();
    run(clinic.db, insert(1, days[0], services[0]));
    pg::Connection other(clinic.url);
    pg::Transaction transaction(other, begin);
    run(other, "select 1 from service_reservation_limits");        // its snapshot, if it has but one
    run(clinic.db, insert(2, days[0], services[0]));
    run(other, "truncate reservations");
    run(other, insert(3, days[1], services[1]));
    transaction.commit();
    CHECK(clinic.rows("booked_per_day") == 1);
    CHECK(clinic.wrong_per_day() + clinic.wrong_per_period() == 0);
    run(clinic.db, "truncate reservations");
    CHECK(clinic.rows("booked_per_day") + clinic.rows("booked_per_period") == 0);
    CHECK(clinic.db.run("test.filled", R"(select count(*) from booked_per_day where "preferredDate" = '-infinity')"_sql).integer() == 1);
  }
}

TEST_CASE("a reservation of the day before all days is no mark, and no harm") {
  Clinic clinic;
  run(clinic.db, "delete from booked_per_day");                    // not filled
  clinic.always_fold("booked_per_day");
  run(clinic.db, insert(1, "-infinity", "WRINKLE_BOTOX"));
  run(clinic.db, insert(2, "-infinity", "WRINKLE_BOTOX"));
  const auto marks = [&] { return clinic.db.run("test.marks", R"(select count(*) from booked_per_day where change = 0)"_sql).integer(); };
  CHECK(marks() == 0);
  run(clinic.db, Clinic::fill("booked_per_day"));
  run(clinic.db, insert(3, "-infinity", "WRINKLE_BOTOX"));
  run(clinic.db, "delete from reservations");
  CHECK(marks() == 1);
  CHECK(clinic.wrong_per_day() == 0);
}

TEST_CASE("a writer needs no right on the ledgers") {
  Clinic clinic;
  clinic.install_new_ledger();
  clinic.always_fold("booked_per_day");
  run(clinic.db, "create role ledger_writer; grant select, insert, update, delete, truncate on reservations to ledger_writer; set role ledger_writer");
  for (int i = 0; i < 3; ++i) run(clinic.db, insert(i, days[0], services[0]));
  run(clinic.db, "update reservations set status = 'CANCELLED' where id = '0'; delete from reservations where id = '1'");
  CHECK_THROWS_AS(run(clinic.db, "delete from booked_per_day"), Error);
  run(clinic.db, "reset role");
  CHECK(clinic.db.run("test.sum", "select sum(change) from booked_per_day"_sql).integer() == 1);
  run(clinic.db, "set role ledger_writer; truncate reservations; reset role");
  CHECK(clinic.wrong_per_day() + clinic.wrong_per_period() == 0);
  run(clinic.db, "drop owned by ledger_writer; drop role ledger_writer");
}
