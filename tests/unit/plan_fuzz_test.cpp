// Damaged plans: each is read or refused with a place; nothing crashes or hangs.
#include <random>

#include "plan_support.hpp"

namespace {

const std::string hospital = SEGUE_SOURCE_DIR "/plans/hospital-services";

std::string damaged(std::string text, std::mt19937_64& random) {
  static const std::string odd[] = {":", "- ", "{", "}", "[", "]", "\"", "'", "|", ">", "&a ", "*a", "!t ", "%", "\t", "\n", "\xFF", "\xEC", "? ", "---\n", "#", "@", "\\", ","};
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  for (std::size_t change = 0, changes = 1 + below(4); change < changes && text.size() > 80; ++change) {
    const auto at = below(text.size());
    switch (below(5)) {
      case 0: text.erase(at, 1 + below(30)); break;
      case 1: text.insert(at, odd[below(std::size(odd))]); break;
      case 2: text[at] = static_cast<char>(random()); break;
      case 3: text.insert(at, text.substr(below(text.size()), below(60))); break;
      default: text.resize(at + 1); break;
    }
  }
  return text;
}

bool has_place(const std::string& message) {
  const auto parts = segue::split_text(message, ':');
  return parts.size() > 3 && parts[0] == "plan.yaml" && segue::to_integer(parts[1]).value_or(0) > 0 &&
         segue::to_integer(parts[2]).value_or(0) > 0;
}

}  // namespace

TEST_CASE("damaged plans are taken or refused with a place") {
  const auto text = segue::read_file(hospital + "/plan.yaml");
  std::mt19937_64 random(20240229);
  int taken = 0, refused = 0;
  for (int round = 0; round < 4000; ++round) {
    const auto yaml = damaged(text, random);
    try {
      segue::plan::parse("plan.yaml", yaml, hospital);
      ++taken;
    } catch (const segue::Error& error) {
      ++refused;
      const bool placed = error.code() == segue::ErrorCode::plan_file && has_place(error.message());
      if (!placed) FAIL_CHECK("round " << round << ": " << error.message());
    }
  }
  CHECK(taken > 0);
  CHECK(refused > 1000);
}
