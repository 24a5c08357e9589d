// Damaged texts: every reader reads or refuses each of them, and no reading contradicts itself. The fuzz target does the
// same with inputs of its own (tests/fuzz).
#include <algorithm>
#include <random>

#include "fuzz/check_reading.hpp"
#include "values_support.hpp"

namespace {

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (const auto& text : values_test::corpus()) all.push_back(text.raw);
  for (const auto& file : std::filesystem::directory_iterator(SEGUE_SOURCE_DIR "/tests/fuzz/corpus")) all.push_back(segue::read_file(file.path().string()));
  std::sort(all.begin(), all.end());                             // the order of files is not the same everywhere
  return all;
}

class Damage {
 public:
  explicit Damage(std::uint64_t seed) : random_(seed), seeds_(seeds()) {}
  std::string next() {
    std::string text = seeds_[below(seeds_.size())];
    for (std::size_t left = below(5); left > 0; --left) change(text);
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  void change(std::string& text) {
    const auto at = below(text.size() + 1);
    const auto& other = seeds_[below(seeds_.size())];
    switch (below(6)) {
      case 0: text.erase(at, 1 + below(4)); break;
      case 1: text.insert(at, 1, static_cast<char>(random_())); break;
      case 2: text.insert(at, other); break;
      case 3: text.insert(at, text.substr(below(text.size() + 1), below(9))); break;
      case 4: text = text.substr(0, at) + other.substr(below(other.size() + 1)); break;
      default: if (at < text.size()) text[at] = static_cast<char>(random_()); break;
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> seeds_;
};

}  // namespace

TEST_CASE("a hundred thousand damaged texts are read or refused, and no reading contradicts itself") {
  const auto readers = fuzz::all_readers();
  Damage damage(20260115);
  int read = 0;
  for (int round = 0; round < 100'000; ++round) {
    const auto text = damage.next();
    const auto& reader = *readers[static_cast<std::size_t>(round) % readers.size()];
    const auto reading = reader.read(text);
    read += reading.certainty != fuzz::Certainty::unreadable ? 1 : 0;
    if (const auto fault = fuzz::fault_of(readers, reader, text); !fault.empty()) FAIL_CHECK("round " << round << ": " << fault);
    if (reading.certainty != fuzz::Certainty::unreadable && !segue::is_valid_utf8(text)) FAIL_CHECK("round " << round << ": broken bytes were read");
  }
  CHECK(read > 3000);
}

TEST_CASE("the fuzz target's kept corpus is replayed: every reader on every file of it, by the target's own rules") {
  const auto readers = fuzz::all_readers();
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(SEGUE_SOURCE_DIR "/tests/fuzz/corpus")) {
    const auto text = segue::read_file(file.path().string());
    ++files;
    for (const auto& reader : readers)
      if (const auto fault = fuzz::fault_of(readers, *reader, text); !fault.empty()) FAIL_CHECK(file.path().filename().string() << ": " << fault);
  }
  CHECK(files >= 10);
}

TEST_CASE("very long texts and texts of one character over and over are refused") {
  const auto readers = fuzz::all_readers();
  for (const auto& reader : readers)
    for (const std::string& piece : std::vector<std::string>{"9", "9:00 ", "오전 ", " ", "(", ":", "~", "\xff", std::string(1, '\0'), std::string("1,"), "십", "or 9 ", "+82"})
      for (const std::size_t size : {390U, 10'000U, 1'000'000U}) {
        std::string text;
        while (text.size() < size) text += piece;
        CHECK(reader->read(text).certainty == fuzz::Certainty::unreadable);
      }
}
