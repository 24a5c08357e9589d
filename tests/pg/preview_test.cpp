// A preview step among the things that must not happen, and the hospital's own: what the new capacity would have refused.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <random>

#include "base/error.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

namespace {

Table ask(Hospital& hospital, const std::string& sql) {
  Silence silence;
  const steps::Options options;
  const plan::Step step{"preview x", plan::PreviewStep{"x.sql", sql, "x"}, {}};
  steps::Context context{hospital.db(), hospital.plan(), hospital.plan().phase("migrate"), step, hospital.epoch(), silence, options};
  return table_of(steps::run(context).detail).value();
}

std::string refusal(Hospital& hospital, const std::string& sql) {
  try {
    ask(hospital, sql);
    return "";
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    return error.message();
  }
}

const std::string& capacity_sql(Hospital& hospital) {
  for (const auto& step : hospital.plan().phase("migrate").steps)
    if (const auto* preview = std::get_if<plan::PreviewStep>(&step.what)) return preview->text;
  throw std::logic_error("the hospital has no preview");
}

struct Booking { int days_ago, minutes; std::string period, status = "PENDING"; };

// Made in the order given, written in the other; half of them share a time with the one before, so that the key decides.
void book(Hospital& hospital, const std::vector<Booking>& bookings) {
  for (std::size_t i = bookings.size(); i-- > 0;)
    hospital.db().run("test.book", R"sql(
      insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredTime", "updatedAt",
                                "preferredDate", "createdAt", "estimatedDuration", period, status)
      values ($1, 'p', '0', '1990-01-01', 'MALE', 'FOLLOW_UP', 'SKIN_CARE', '9:00', now(), current_date - $2::integer,
              timestamp '2020-01-01' + $3::integer * interval '1 minute', $4::integer, $5::"Period", $6::"ReservationStatus"))sql"_sql,
      {fmt::format("r{:05}", i), bookings[i].days_ago, static_cast<int>(i / 2), bookings[i].minutes, bookings[i].period, bookings[i].status});
}

using Slots = std::map<std::string, std::pair<std::int64_t, std::int64_t>>;            // "Monday MORNING": bookings, refused

Slots slots_of(const Table& table) {
  REQUIRE(table.columns == std::vector<std::string>{"day", "period", "minutes open", "bookings", "would have been refused", "percent"});
  Slots slots;
  for (const auto& row : table.rows) slots[*row[0] + " " + *row[1]] = {std::stoll(*row[3]), std::stoll(*row[4])};
  return slots;
}

// The same question, asked one booking after the other.
Slots reference(Hospital& hospital, const std::vector<Booking>& bookings) {
  std::map<std::pair<int, std::string>, int> room;
  Slots slots{{"all ", {0, 0}}};
  for (const auto& booking : bookings) {
    if (booking.status == "CANCELLED" || booking.days_ago <= 0) continue;
    const auto day = hospital.db().run("test.day", "select trim(to_char(current_date - $1::integer, 'Day')), extract(dow from current_date - $1::integer)"_sql, {booking.days_ago});
    const auto slot = hospital.db().run("test.slot", R"(select "totalMinutes" from clinic_time_slots where "dayOfWeek" = $1::integer and period = $2::"Period" and "isActive")"_sql,
                                        {day.integer(0, 1), booking.period});
    auto& left = room.try_emplace({booking.days_ago, booking.period}, slot.empty() ? 0 : static_cast<int>(slot.integer())).first->second;
    const bool fits = booking.minutes <= left;
    if (fits) left -= booking.minutes;
    for (const auto& key : {day.text() + " " + booking.period, std::string("all ")}) {
      ++slots[key].first;
      slots[key].second += fits ? 0 : 1;
    }
  }
  return slots;
}

int days_since(Hospital& hospital, int day_of_week) {
  return static_cast<int>(hospital.count("select (extract(dow from current_date)::integer - $1::integer + 6) % 7 + 1"_sql, {day_of_week}));
}

}  // namespace

TEST_CASE("the capacity preview: first come, first served; what does not fit takes no room, and a smaller one later may still fit") {
  Hospital hospital;
  const int monday = days_since(hospital, 1), sunday = days_since(hospital, 0), saturday = days_since(hospital, 6);
  // A Monday morning holds 180 minutes: 70 70 (70) 40 (25) (1): exactly full with the 40.
  book(hospital, {{monday, 70, "MORNING"}, {monday, 70, "MORNING"}, {monday, 70, "MORNING"}, {monday, 60, "MORNING", "CANCELLED"}, {monday, 40, "MORNING"},
                  {monday, 25, "MORNING"}, {monday, 1, "MORNING"},
                  {monday + 7, 180, "MORNING", "NO_SHOW"}, {monday + 7, 25, "MORNING", "COMPLETED"},     // a week before: a slot of its own
                  {monday, 240, "AFTERNOON"}, {sunday, 25, "MORNING"}, {saturday, 25, "AFTERNOON"},      // closed: never fits
                  {-1, 999, "MORNING"}, {0, 999, "MORNING"}, {240, 999, "MORNING"}});                    // to come, today, too long ago
  const auto table = ask(hospital, capacity_sql(hospital));
  CHECK(slots_of(table) == Slots{{"Monday MORNING", {8, 4}}, {"Monday AFTERNOON", {1, 0}}, {"Sunday MORNING", {1, 1}}, {"Saturday AFTERNOON", {1, 1}}, {"all ", {11, 6}}});
  CHECK(table.rows.front() == std::vector<std::optional<std::string>>{"Monday", "MORNING", "180", "8", "4", "50.0"});
  CHECK(table.rows.back() == std::vector<std::optional<std::string>>{"all", "", std::nullopt, "11", "6", "54.5"});
}

TEST_CASE("the capacity preview of no bookings says so") {
  Hospital hospital;
  CHECK(ask(hospital, capacity_sql(hospital)).rows == std::vector<std::vector<std::optional<std::string>>>{{"all", "", std::nullopt, "0", "0", std::nullopt}});
}

TEST_CASE("the capacity preview agrees with asking one booking after the other") {
  Hospital hospital;
  hospital.db().run("test.inactive", R"(update clinic_time_slots set "isActive" = false where id = 'slot_3_morning')"_sql);
  std::mt19937 random(20);
  const auto draw = [&](int least, int most) { return std::uniform_int_distribution<int>(least, most)(random); };
  std::vector<Booking> bookings;
  for (int i = 0; i < 1500; ++i) {
    const int sizes[] = {25, 40, 50, 60, 70, 200, 7};
    bookings.push_back({draw(-2, 30), sizes[draw(0, 6)], draw(0, 1) == 0 ? "MORNING" : "AFTERNOON", draw(0, 9) == 0 ? "CANCELLED" : "COMPLETED"});
  }
  book(hospital, bookings);
  const auto expected = reference(hospital, bookings);
  CHECK(expected.at("all ").second > 100);
  CHECK(slots_of(ask(hospital, capacity_sql(hospital))) == expected);
}

TEST_CASE("a preview whose result is no small table is refused clearly") {
  Hospital hospital;
  CHECK(ask(hospital, "SELECT i FROM generate_series(1, 100) i -- exactly as many as may be").rows.size() == 100);
  CHECK(refusal(hospital, "SELECT i FROM generate_series(1, 101) i") == "preview \"preview x\" gives more than 100 rows");
  CHECK(refusal(hospital, "SELECT repeat('x', 201) AS long") == "preview \"preview x\" gives a text of more than 200 bytes in column \"long\"");
  CHECK(refusal(hospital, "SELECT 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21") == "preview \"preview x\" gives 21 columns, at most 20");
}

TEST_CASE("a preview can neither write nor lock through a function, and leaves no session behind") {
  Hospital hospital;
  hospital.db().run_script("test.functions", R"sql(
    create function writes() returns int language sql as 'delete from services; select 1';
    create function locks() returns int language plpgsql as $$ begin lock table reservations in share mode; return 1; end $$)sql"_sql);
  CHECK(refusal(hospital, "SELECT writes()").starts_with("preview \"preview x\" tried to write: cannot execute DELETE"));
  CHECK(refusal(hospital, "SELECT locks()") == "preview \"preview x\" took the lock ShareLock on \"reservations\"");
  CHECK(refusal(hospital, "SELECT pg_advisory_lock(1) IS NULL") == "preview \"preview x\" took the lock ExclusiveLock on \"(advisory)\"");
  CHECK(hospital.count("select count(*) from services"_sql) == 6);
  while (hospital.count("select count(*) from pg_stat_activity where application_name like 'segue/preview/%' and datname = current_database()"_sql) > 0) {}
  CHECK(hospital.count("select count(*) from pg_locks where relation = 'reservations'::regclass and mode = 'ShareLock'"_sql) == 0);
}
