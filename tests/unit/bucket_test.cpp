#include "rollout/bucket.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/text.hpp"

using namespace segue;

namespace {

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

constexpr std::string_view key = "segue.orders.read-new";

}  // namespace

TEST_CASE("buckets are those of flagd's fractional, version 2, byte for byte") {
  std::ifstream file(SEGUE_SOURCE_DIR "/tests/unit/data/bucketing-vectors.tsv");
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto fields = split_text(line, '\t');
    REQUIRE(fields.size() == 8);
    const auto bucket_by = from_hex(fields[0]);
    CAPTURE(fields[0]);
    // Wherever the text is cut into flag key and targeting key, the hash is of both together.
    for (const std::size_t cut : {std::size_t{0}, bucket_by.size() / 2, bucket_by.size()})
      CHECK(rollout::hash_of(bucket_by.substr(0, cut), bucket_by.substr(cut)) == std::stoul(fields[1]));
    CHECK(rollout::bucket_of("", bucket_by) == std::stoi(fields[2]));
    const int percents[] = {0, 5, 25, 50, 100};
    for (std::size_t i = 0; i < 5; ++i) CHECK(rollout::is_on("", bucket_by, percents[i]) == (fields[3 + i] == "1" && !bucket_by.empty()));
    ++rows;
  }
  CHECK(rows == 102);
}

TEST_CASE("of ten thousand patients the known number is on at each stage") {
  const std::pair<int, int> expected[] = {{0, 0}, {5, 522}, {25, 2454}, {50, 4926}, {100, 10000}};
  for (const auto& [percent, patients] : expected) {
    int on = 0;
    for (int i = 0; i < 10000; ++i) on += rollout::is_on(key, fmt::format("patient-{:05}", i), percent);
    CHECK(on == patients);
  }
}

TEST_CASE("who is on stays on while the percentage grows") {
  for (int i = 0; i < 500; ++i) {
    const auto patient = fmt::format("patient-{:05}", i);
    bool before = false;
    for (int percent = 0; percent <= 100; ++percent) {
      const bool now = rollout::is_on(key, patient, percent);
      CHECK_FALSE((before && !now));
      before = now;
    }
    CHECK(before);
  }
}

TEST_CASE("without a targeting key only everybody is on") {
  CHECK_FALSE(rollout::is_on(key, "", 99));
  CHECK(rollout::is_on(key, "", 100));
  CHECK_FALSE(rollout::is_on(key, "", -1));
}
