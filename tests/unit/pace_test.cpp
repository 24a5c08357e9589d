// How batches grow, shrink and rest. Times are told to Pace, so nothing here depends on a clock.
#include "steps/pace.hpp"

#include <doctest/doctest.h>

#include <random>

using segue::steps::Pace;

namespace {

constexpr double idle = 0, quick_commit = 1;

Pace after(int batches, double batch_ms, double commit_ms = quick_commit, double load = idle) {
  Pace pace;
  for (int i = 0; i < batches; ++i) pace.done(batch_ms, commit_ms, load);
  return pace;
}

}  // namespace

TEST_CASE("quick batches grow by half at most, up to a limit") {
  CHECK(Pace().rows() == 500);
  CHECK(after(1, 1).rows() == 750);
  CHECK(after(2, 1).rows() == 1125);
  CHECK(after(100, 1).rows() == 20'000);
}

TEST_CASE("batches that take their time stay as they are") { CHECK(after(20, 100).rows() == 500); }

TEST_CASE("slow batches shrink, and one that is far too slow shrinks to a tenth at once") {
  CHECK(after(1, 200).rows() == 250);
  CHECK(after(1, 501).rows() == 50);
  CHECK(after(100, 1000).rows() == 20);
}

TEST_CASE("one slow batch in ten is an accident; two of them count until they are forgotten, and only once") {
  auto pace = after(9, 100);
  pace.done(150, quick_commit, idle);
  CHECK(pace.rows() == 500);
  pace.done(150, quick_commit, idle);
  CHECK(pace.rows() == 333);
  for (int i = 0; i < 7; ++i) pace.done(10, quick_commit, idle);
  CHECK(pace.rows() == 333);
  for (int i = 0; i < 4; ++i) pace.done(10, quick_commit, idle);
  CHECK(pace.rows() > 500);
}

TEST_CASE("a clash quarters the batch, and never to nothing") {
  Pace pace;
  pace.clashed();
  CHECK(pace.rows() == 125);
  for (int i = 0; i < 10; ++i) pace.clashed();
  CHECK(pace.rows() == 1);
  pace.done(1, quick_commit, idle);
  CHECK(pace.rows() >= 1);
}

TEST_CASE("a batch of one row can grow again when the locks are gone") {
  Pace pace;
  for (int i = 0; i < 10; ++i) pace.clashed();
  for (int i = 0; i < 30; ++i) pace.done(1, quick_commit, idle);
  CHECK(pace.rows() > 1);
}

TEST_CASE("behind a clash a batch grows back to some dozen rows, however slow it is: most of that is not the rows' doing") {
  Pace pace;
  for (int i = 0; i < 10; ++i) pace.clashed();
  REQUIRE(pace.rows() == 1);
  for (int i = 0; i < 10; ++i) pace.done(300, quick_commit, idle);
  CHECK(pace.rows() == 20);
}

TEST_CASE("an idle database gets no rest; slow commits or a busy application get more and more") {
  CHECK(after(5, 100).rest_ms() == 0);
  CHECK(after(1, 100, 60).duty() == 0.5);
  CHECK(after(1, 100, 60).rest_ms() == doctest::Approx(100));
  CHECK(after(1, 100, quick_commit, 5).duty() == 0.5);
  CHECK(after(2, 100, quick_commit, 5).rest_ms() == doctest::Approx(300));
  CHECK(after(50, 100, 60).duty() == doctest::Approx(0.05));
}

TEST_CASE("between idle and busy the duty goes down gently, then stays; when it is idle again it comes back") {
  CHECK(after(1, 100, 40).duty() == doctest::Approx(0.9));
  CHECK(after(1, 100, 25).duty() == 1);
  auto pace = after(3, 100, 60);
  CHECK(pace.duty() == doctest::Approx(0.125));
  for (int i = 0; i < 9; ++i) pace.done(100, quick_commit, idle);
  CHECK(pace.duty() == 1);
}

TEST_CASE("whatever the times are, rows, duty and rest stay within their bounds") {
  std::mt19937_64 random(7);
  Pace pace;
  for (int i = 0; i < 10'000; ++i) {
    const auto pick = [&](double most) { return most * static_cast<double>(random() % 1001) / 1000; };
    if (random() % 10 == 0) pace.clashed();
    else pace.done(pick(2000), pick(200), pick(16));
    REQUIRE(pace.rows() >= 1);
    REQUIRE(pace.rows() <= 20'000);
    REQUIRE(pace.duty() >= 0.05);
    REQUIRE(pace.duty() <= 1);
    REQUIRE(pace.rest_ms() >= 0);
    REQUIRE(pace.rest_ms() <= 2000 * 19);
  }
}
