// What a profile says of a column, and that it says the same however the work is cut.
#include "engine/profile.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

namespace {

struct Profiled : Hospital {
  Profiled() {
    db().run("test.rows", R"(insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", "preferredDate", "updatedAt", service, "preferredTime")
      select i::text, 'p', '0', '1990-01-01', 'FEMALE', 'FIRST_VISIT', timestamp '2026-01-01' + (i / 100) * interval '1 day', now(), 'SKIN_CARE',
             case when i > 9000 then '오후 ' || 1 + i % 5 || '시' when i % 100 = 0 then 'whenever' when i % 100 = 1 then '' else 9 + i % 3 || ':00' end
      from generate_series(0, 9999) i)"_sql);
  }
  engine::Profile profile(int workers, std::size_t kept = 50'000, const std::string& date = "preferredDate") {
    Silence silence;
    const auto& value = plan().values.front();
    return engine::profile(url(), plan(), &value, {"public", value.table}, value.column, {.date = date, .workers = workers, .top = 50, .texts_kept = kept}, silence);
  }
};

bool tells(const engine::Profile& made, const std::string& what) {
  for (const auto& anomaly : made.anomalies)
    if (anomaly.find(what) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("a profile counts texts, shapes, rules and meanings, and names formats that come and go") {
  Profiled hospital;
  const auto made = hospital.profile(3);
  CHECK(made.rows == 10'000);
  CHECK(made.nulls == 0);
  CHECK(made.empty == 90);
  CHECK(made.distinct == 10);                                    // three times, one word, nothing, five of the afternoon
  CHECK_FALSE(made.approximate);
  CHECK(made.read == 10'000 - 91 - 91 + 1);
  CHECK(made.first == "2026-01-01");
  CHECK(made.last == "2026-04-10");
  std::int64_t by_rule = 0, by_meaning = 0, by_shape = 0;
  for (const auto& rule : made.rules) by_rule += rule.rows;
  for (const auto& meaning : made.meanings) by_meaning += meaning.rows;
  for (const auto& shape : made.shapes) by_shape += shape.rows;
  CHECK(by_rule == 10'000);
  CHECK(by_meaning == made.read);
  CHECK(by_shape == 10'000);
  CHECK(tells(made, "format 가가 9가 starts on 2026-04-01"));
  CHECK(tells(made, "format 99:99 stops on 2026-03-31"));
  CHECK_FALSE(tells(made, "95"));
}

TEST_CASE("workers, and less memory, change no exact number; approximate counts say that they are") {
  Profiled hospital;
  hospital.db().run("test.more", "update reservations set \"preferredTime\" = 'note ' || id where id::int % 4 = 0"_sql);
  const auto exact = hospital.profile(1), shared = hospital.profile(4), small = hospital.profile(2, 100);
  for (const auto* other : {&shared, &small}) {
    CHECK(other->rows == exact.rows);
    CHECK(other->read == exact.read);
    CHECK(other->rules.size() == exact.rules.size());
    REQUIRE(other->meanings.size() == exact.meanings.size());
    for (std::size_t i = 0; i < exact.meanings.size(); ++i) CHECK(other->meanings[i].rows == exact.meanings[i].rows);
  }
  CHECK_FALSE(shared.approximate);
  CHECK(small.approximate);
  CHECK(exact.distinct > 2500);
  bool bounded = true;
  for (const auto& text : small.texts)
    for (const auto& right : exact.texts)
      if (text.raw == right.raw) bounded = bounded && text.rows <= right.rows && right.rows <= text.rows + text.maybe_more;
  CHECK(bounded);
}

TEST_CASE("a decision against the reader, and texts that look alike with different meanings, are one value with several meanings") {
  Profiled hospital;
  hospital.run("profile");
  const auto decide = [&](const std::string& raw, const std::string& meaning) {
    hospital.db().run("test.decide", "insert into segue.decisions (plan, value, raw, meaning, actor, reason) values ('hospital-services', 'period_of_day', $1, $2, 'nurse', 'asked')"_sql, {raw, meaning});
  };
  decide("9:00", "AFTERNOON");
  CHECK(tells(hospital.profile(2), "the reader would read MORNING"));
  hospital.insert({{"id", "alike"}, {"service", "SKIN_CARE"}, {"preferredTime", "９：００"}});
  CHECK(tells(hospital.profile(2), "they look alike"));
}

TEST_CASE("nearly everything in one period is told; so is a column of dates that is none") {
  Profiled hospital;
  hospital.db().run("test.one", "update reservations set \"preferredTime\" = '9:30'"_sql);
  CHECK(tells(hospital.profile(2), "100.00 % of the rows that are read are MORNING"));
  CHECK_THROWS_WITH_AS(hospital.profile(2, 100, "status"), doctest::Contains("holds no dates"), Error);
  CHECK_THROWS_WITH_AS(hospital.profile(2, 100, "nothing"), doctest::Contains("has no column \"nothing\""), Error);
}

TEST_CASE("partitions and a table without rows are profiled, too") {
  Profiled hospital;
  hospital.db().run_script("test.shapes", R"(
    create table parts (id int, t text) partition by range (id);
    create table part_a partition of parts for values from (0) to (500); create table part_b partition of parts for values from (500) to (1000);
    insert into parts select i, 'x' || i % 7 from generate_series(0, 999) i;
    create table nobody (t text))"_sql);
  Silence silence;
  const auto rows = [&](const char* table) { return engine::profile(hospital.url(), hospital.plan(), nullptr, {"public", table}, "t", {.date = ""}, silence); };
  CHECK(rows("parts").rows == 1000);
  CHECK(rows("parts").distinct == 7);
  CHECK(rows("nobody").rows == 0);
}
