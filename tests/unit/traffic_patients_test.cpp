#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <map>
#include <set>

#include "traffic/patients.hpp"

using namespace segue::traffic;

namespace {

constexpr auto today = std::chrono::sys_days(std::chrono::year(2026) / 3 / 17);

Answer answered(int status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Answer undelivered(Answer::Delivery delivery) {
  Answer answer;
  answer.delivery = delivery;
  answer.reason = "timed out";
  return answer;
}

Population population(int old_share, std::string token) {
  Population people;
  people.patients = 50;
  people.old_share = old_share;
  people.token = std::move(token);
  return people;
}

const std::string accepted = R"({"success":true,"variant":"new","reservation":{"id":"r1","status":"PENDING",)"
                             R"("preferred_date":"2026-04-01","period":"MORNING","estimated_duration":40}})";

}  // namespace

TEST_CASE("an accepted booking is known by its id, its path and its status") {
  const auto verdict = judge(Op::book, answered(200, accepted));
  CHECK_FALSE(verdict.failed);
  CHECK(verdict.id == "r1");
  CHECK(verdict.variant == "new");
  CHECK(verdict.status == "PENDING");
  CHECK(verdict.date == "2026-04-01");
  CHECK(verdict.period == "MORNING");
  CHECK(verdict.minutes == 40);
  CHECK_FALSE(verdict.repeated);
  CHECK(judge(Op::book, answered(200, accepted.substr(0, accepted.size() - 1) + R"(,"repeated":true})")).repeated);
}

TEST_CASE("a full day and a refused change are correct answers") {
  CHECK(judge(Op::book, answered(409, R"({"error":"full"})")).full);
  CHECK(judge(Op::book, answered(409, R"({"error":"closed"})")).full);
  CHECK_FALSE(judge(Op::book, answered(409, R"({"error":"full"})")).failed);
  CHECK(judge(Op::book, answered(409, R"({"error":"other"})")).failed);
  CHECK(judge(Op::status, answered(409, "{}")).refused);
  CHECK_FALSE(judge(Op::status, answered(409, "{}")).failed);
  CHECK(judge(Op::availability, answered(409, "{}")).failed);
}

TEST_CASE("an answer that is not what was promised is a failure") {
  for (const char* body : {"", "{", "[]", "{}", R"({"success":false,"variant":"new","reservation":{"id":"r","status":"PENDING"}})",
                           R"({"success":true,"variant":"newer","reservation":{"id":"r","status":"PENDING"}})",
                           R"({"success":true,"variant":"new","reservation":{"id":"","status":"PENDING"}})"}) {
    const auto verdict = judge(Op::book, answered(200, body));
    CHECK(verdict.failed);
    CHECK(verdict.unknown);
    CHECK(verdict.variant.empty());
  }
  CHECK(judge(Op::availability, answered(200, "[]")).failed);
  CHECK_FALSE(judge(Op::listing, answered(200, "[]")).failed);
  for (const int status : {400, 401, 404, 429, 500, 503}) CHECK(judge(Op::book, answered(status, "{}")).failed);
}

TEST_CASE("whether a failed booking may have been done depends on how far it came") {
  CHECK(judge(Op::book, undelivered(Answer::Delivery::lost)).unknown);
  CHECK(judge(Op::book, answered(503, "{}")).unknown);
  CHECK_FALSE(judge(Op::book, undelivered(Answer::Delivery::not_sent)).unknown);
  CHECK(judge(Op::book, answered(503, R"({"error":"in_doubt"})")).unknown);
  CHECK_FALSE(judge(Op::book, answered(503, R"({"error":"unavailable"})")).unknown);
  CHECK_FALSE(judge(Op::book, answered(400, "{}")).unknown);
  CHECK_FALSE(judge(Op::availability, undelivered(Answer::Delivery::lost)).unknown);
}

TEST_CASE("what may be over in a moment is sent again, what is wrong is not") {
  CHECK(judge(Op::book, undelivered(Answer::Delivery::lost)).repeatable);
  CHECK(judge(Op::book, undelivered(Answer::Delivery::not_sent)).repeatable);
  for (const int status : {408, 429, 502, 503, 504}) CHECK(judge(Op::status, answered(status, "{}")).repeatable);
  CHECK(judge(Op::book, answered(409, R"({"error":"in_progress"})")).repeatable);
  for (const int status : {400, 401, 404, 409, 422, 500}) CHECK_FALSE(judge(Op::book, answered(status, "{}")).repeatable);
  CHECK_FALSE(judge(Op::book, answered(200, "{")).repeatable);
}

TEST_CASE("the pause grows with the tries, up to a second, and is not the same for all") {
  segue::Random random(3);
  std::set<std::int64_t> pauses;
  for (int tries = 1; tries < 60; ++tries) {
    const auto pause = pause_after(tries, random).count();
    CHECK(pause >= (tries < 5 ? 25 << (tries - 1) : 400));
    CHECK(pause <= 1000);
    pauses.insert(pause);
  }
  CHECK(pauses.size() > 30);
}

TEST_CASE("a failure's reason holds the server's code and nothing else of its answer") {
  CHECK(judge(Op::book, answered(503, R"({"error":"in_doubt"})")).reason == "status 503 in_doubt");
  CHECK(judge(Op::book, answered(500, R"({"error":"Somebody's name"})")).reason == "status 500");
}

TEST_CASE("the mix is as announced, and a patient keeps the client program and the phone") {
  Patients patients(population(50, "token"));
  std::map<Op, int> ops;
  std::map<std::string, std::set<std::string>> forms, phones;
  Verdict yes;
  yes.status = "PENDING";
  for (int i = 0; i < 10'000; ++i) {
    const auto wish = patients.next(today);
    ++ops[wish.op];
    if (wish.op != Op::book) continue;
    const auto body = boost::json::parse(wish.request.body).as_object();
    forms[wish.request.client].insert(body.contains("period") ? "new" : "old");
    phones[wish.request.client].insert(std::string(body.at("phone").as_string()));
    CHECK(wish.place.date > "2026-03-17");
    CHECK(wish.place.date <= "2026-04-16");
    yes.id = std::to_string(i);
    patients.learn(wish, yes);
  }
  CHECK(ops[Op::book] == doctest::Approx(3500).epsilon(0.1));
  CHECK(ops[Op::availability] == doctest::Approx(4000).epsilon(0.1));
  CHECK(ops[Op::status] == doctest::Approx(1500).epsilon(0.1));
  CHECK(ops[Op::listing] == doctest::Approx(1000).epsilon(0.1));
  CHECK(forms.size() == 50);
  for (const auto& [client, seen] : forms) CHECK(seen.size() == 1);
  for (const auto& [client, seen] : phones) CHECK(seen.size() == 1);
}

TEST_CASE("a booking has one request under way at most, and is left alone once its state is not certain") {
  Patients patients(population(100, "token"));
  Wish booking;
  while (booking.op != Op::book) booking = patients.next(today);
  patients.learn(booking, judge(Op::book, answered(200, accepted)));
  const auto next_change = [&]() -> Wish {
    for (int i = 0; i < 2000; ++i)
      if (auto wish = patients.next(today); wish.op == Op::status) return wish;
    return {};
  };
  const auto change = next_change();
  CHECK(change.id == "r1");
  CHECK(change.request.token == "token");
  CHECK(next_change().id.empty());
  patients.learn(change, judge(Op::status, undelivered(Answer::Delivery::lost)));
  CHECK(next_change().id.empty());
}

TEST_CASE("without a token nothing of the admin's is asked") {
  Patients patients(population(0, ""));
  for (int i = 0; i < 1000; ++i) {
    const auto wish = patients.next(today);
    CHECK((wish.op == Op::book || wish.op == Op::availability));
  }
}

TEST_CASE("the hot share of bookings aims at two days and two services, never at a Sunday") {
  const auto places = [](int share, std::chrono::sys_days day) {
    auto people = population(50, "");
    people.hot_share = share;
    Patients patients(people);
    std::map<std::string, int> found;
    for (int i = 0; i < 4000; ++i)
      if (const auto wish = patients.next(day); wish.op == Op::book) ++found[wish.place.date + " " + wish.place.service];
    return found;
  };
  const auto saturday = std::chrono::sys_days(std::chrono::year(2026) / 3 / 21);
  CHECK(places(100, saturday).size() == 4);
  CHECK(places(100, saturday).begin()->first == "2026-03-23 SKIN_CARE");
  CHECK(places(0, saturday).size() > 100);
  int hot = 0, all = 0;
  for (const auto& [place, count] : places(50, saturday)) {
    all += count;
    if (places(100, saturday).contains(place)) hot += count;
  }
  CHECK(hot > all * 2 / 5);
  CHECK(hot < all * 3 / 5);
}

TEST_CASE("who has cancelled books again, now and then exactly the place given back") {
  Patients patients(population(50, "token"));
  std::map<std::string, std::set<std::string>> cancelled;         // by client
  const auto text = [](const Place& place) { return place.date + place.service + place.period; };
  int again = 0;
  for (int i = 0; i < 5000; ++i) {
    const auto wish = patients.next(today);
    Verdict yes;
    yes.id = std::to_string(i);
    yes.status = "PENDING";
    if (wish.op == Op::status && wish.wanted == "CANCELLED") cancelled[wish.request.client].insert(text(wish.place));
    if (wish.op == Op::book) again += static_cast<int>(cancelled[wish.request.client].erase(text(wish.place)));
    patients.learn(wish, yes);
  }
  CHECK(again > 50);
}

TEST_CASE("another chapter has the same patients and other wishes; the same seed and chapter have the same wishes") {
  const auto wishes = [](std::uint64_t chapter) {
    auto people = population(50, "");
    people.chapter = chapter;
    Patients patients(people);
    std::string bodies;
    std::set<std::string> clients;
    for (int i = 0; i < 1000; ++i) {
      const auto wish = patients.next(today);
      bodies += wish.request.body;
      clients.insert(wish.request.client);
    }
    return std::pair{bodies, clients};
  };
  CHECK(wishes(0) == wishes(0));
  CHECK(wishes(0).first != wishes(17).first);
  CHECK(wishes(0).second == wishes(17).second);
}
