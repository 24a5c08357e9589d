#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>

#include "base/error.hpp"
#include "base/text.hpp"
#include "traffic/windows.hpp"

using namespace segue::traffic;

namespace {

Verdict booked(std::string variant) {
  Verdict verdict;
  verdict.variant = std::move(variant);
  return verdict;
}

Verdict failed() {
  Verdict verdict;
  verdict.failed = true;
  return verdict;
}

struct TemporaryFile {
  std::string path = "/tmp/segue-windows-test-" + segue::random_uuid();
  ~TemporaryFile() { std::remove(path.c_str()); }
};

Windows sample() {
  Windows windows;
  for (std::int64_t second = 100; second < 110; ++second)
    for (int i = 0; i < 10; ++i) {
      windows.sent(second, second < 105 ? "expand" : "switch");
      windows.ended(second, i == 0 && second == 107 ? failed() : booked(i % 2 == 0 ? "old" : "new"),
                    second == 107 ? 80'000 : 1000, second == 107);
    }
  return windows;
}

}  // namespace

TEST_CASE("a percentile is never below the exact one and at most a sixty-fourth above it") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    Histogram histogram;
    std::vector<std::uint64_t> values(1 + random() % 300);
    for (auto& value : values) {
      value = random() % (std::uint64_t{1} << (1 + random() % 30));
      histogram.add(value);
    }
    std::sort(values.begin(), values.end());
    for (const double share : {0.5, 0.9, 0.99, 1.0}) {
      const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
      const double exact = static_cast<double>(values[rank - 1]) / 1000;
      CHECK(*histogram.percentile(share) >= exact);
      CHECK(*histogram.percentile(share) <= exact * 65 / 64);
    }
  }
}

TEST_CASE("nothing counted has no percentile") {
  CHECK_FALSE(Histogram().percentile(0.5).has_value());
}

TEST_CASE("added histograms tell what one histogram of all would tell") {
  std::mt19937_64 random(5);
  Histogram left, right, all;
  for (int i = 0; i < 1000; ++i) {
    const auto value = random() % 1'000'000;
    (i % 3 == 0 ? left : right).add(value);
    all.add(value);
  }
  left.add(right);
  CHECK(left.buckets() == all.buckets());
  CHECK(left.count() == 1000);
}

TEST_CASE("an interval takes its first second and leaves its last") {
  const auto windows = sample();
  CHECK(windows.sum(100, 105).sent == 50);
  CHECK(windows.sum(100, 105).failed == 0);
  CHECK(windows.sum(107, 108).failed == 1);
  CHECK(windows.sum(107, 108).old_path.answered == 4);
  CHECK(windows.sum(107, 108).repeated == 10);
  CHECK(windows.sum(107, 108).new_path.answered == 5);
  CHECK(windows.sum(108, 108).sent == 0);
  CHECK(*windows.sum(100, 107).latency.percentile(0.99) < 1.1);
  CHECK(*windows.sum(100, 108).latency.percentile(0.99) > 79.0);
}

TEST_CASE("a windows file is read as it was written, settled windows and new ones alike") {
  TemporaryFile file;
  auto windows = sample();
  windows.write(file.path, 90);
  windows.write(file.path, 104);
  windows.sent(111, "contract");
  windows.ended(111, booked("new"), 5000, false);
  windows.write(file.path, 109);
  const auto read = Windows::read(file.path);
  REQUIRE(read.all().size() == 11);
  for (const auto& [second, window] : windows.all()) {
    const auto& again = read.all().at(second);
    CHECK(again.sent == window.sent);
    CHECK(again.failed == window.failed);
    CHECK(again.repeated == window.repeated);
    CHECK(again.old_path.answered == window.old_path.answered);
    CHECK(again.new_path.answered == window.new_path.answered);
    CHECK(again.new_path.latency.buckets() == window.new_path.latency.buckets());
    CHECK(again.phase == window.phase);
    CHECK(again.latency.buckets() == window.latency.buckets());
  }
}

TEST_CASE("a request that ends long after its second was settled is in the file that the last write leaves") {
  TemporaryFile file;
  auto windows = sample();
  windows.write(file.path, 109);
  windows.ended(100, failed(), 5000, true);
  windows.write(file.path, 109);
  CHECK(Windows::read(file.path).sum(100, 101).failed == 0);
  windows.write(file.path, 0);
  CHECK(Windows::read(file.path).sum(100, 101).failed == 1);
  CHECK(Windows::read(file.path).all().size() == 10);
}

TEST_CASE("each path has its own latency, and a failure of one is not one of the other") {
  Window window;
  window.ended(booked("old"), 1000, false);
  window.ended(booked("new"), 9000, false);
  auto failure = failed();
  failure.variant = "new";
  window.ended(failure, 50'000, true);
  CHECK(window.old_path.answered == 1);
  CHECK(window.new_path.answered == 1);
  CHECK(window.new_path.failed == 1);
  CHECK(*window.old_path.latency.percentile(1) < 1.1);
  CHECK(*window.new_path.latency.percentile(1) < 9.2);
  CHECK(window.failed == 1);
  CHECK(window.repeated == 1);
}

TEST_CASE("a file that is no windows file is refused") {
  TemporaryFile file;
  for (const char* text : {"", "{}", "{\"windows\":[{\"second\":1}]}", "[1]", "{\"windows\":[{\"second\":\"x\"}]}"}) {
    std::ofstream(file.path, std::ios::trunc) << text;
    CHECK_THROWS_AS(Windows::read(file.path), segue::Error);
  }
  CHECK_THROWS_AS(Windows::read("/nonexistent/windows"), segue::Error);
}
