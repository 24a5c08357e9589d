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

const std::string accepted = R"({"success":true,"variant":"new","reservation":{"id":"r1","status":"PENDING"}})";

}  // namespace

TEST_CASE("an accepted booking is known by its id, its path and its status") {
  const auto verdict = judge(Op::book, answered(200, accepted));
  CHECK_FALSE(verdict.failed);
  CHECK(verdict.id == "r1");
  CHECK(verdict.variant == "new");
  CHECK(verdict.status == "PENDING");
}

TEST_CASE("a full day and a refused change are correct answers") {
  CHECK(judge(Op::book, answered(409, "{}")).full);
  CHECK_FALSE(judge(Op::book, answered(409, "{}")).failed);
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
  CHECK_FALSE(judge(Op::book, answered(400, "{}")).unknown);
  CHECK_FALSE(judge(Op::availability, undelivered(Answer::Delivery::lost)).unknown);
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
    CHECK(wish.date > "2026-03-17");
    CHECK(wish.date <= "2026-04-16");
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
