// How many texts a second each reader reads, one thread: every text of tests/values, over and over. And the slowest text of all: those
// texts put together at random, and what a grammar could stumble over, up to the length that a reader takes.
//
//   cmake --build build --target values_bench && build/bin/values_bench tests/values
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <random>

#include "base/text.hpp"
#include "values/reader.hpp"

namespace {

using namespace segue;
using Clock = std::chrono::steady_clock;

std::vector<std::string> texts_of(const std::string& folder) {
  std::vector<std::string> texts;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    for (const auto& line : split_text(read_file(file.path().string()), '\n'))
      if (const auto fields = split_text(line, '\t'); fields.size() == 4) texts.push_back(fields[1]);
  return texts;
}

double values_per_second(const values::Reader& reader, const std::vector<std::string>& texts, std::chrono::milliseconds time) {
  std::int64_t read = 0;
  std::size_t used = 0;
  const auto begin = Clock::now();
  while (Clock::now() - begin < time)
    for (const auto& text : texts) {
      used += reader.read(text).rule.size();                     // so that nothing is left out as unused
      ++read;
    }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return used > 0 ? static_cast<double>(read) / seconds : 0;
}

double seconds_of_thread() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Processor time, the best of three: what disturbs a machine is not the reader's fault.
double time_of(const values::Reader& reader, const std::string& text) {
  double best = 1;
  for (int round = 0; round < 3; ++round) {
    const auto begin = seconds_of_thread();
    reader.read(text);
    best = std::min(best, seconds_of_thread() - begin);
  }
  return best;
}

std::vector<std::string> hard_texts(const std::vector<std::string>& texts) {
  constexpr std::size_t longest = 400, mixed = 50'000;
  std::mt19937_64 random(1);
  std::vector<std::string> hard = texts;
  for (std::size_t i = 0; i < mixed; ++i) {
    std::string text;
    const auto size = 1 + random() % longest;
    while (text.size() < size) text += texts[random() % texts.size()] + (random() % 2 == 0 ? " " : "");
    hard.push_back(text.substr(0, size));
  }
  for (const std::string piece : {"9", "9:00 ", "9-", "오전 ", " ", "(", ":", "~", "or 9 ", "십", "1,", "quarter past ", "с 9 до ", "9:00, ", "\xCC\x81", "\xEF\xBC\x99"})
    for (std::size_t size = 8; size <= longest; size += 8) {
      std::string text;
      while (text.size() < size) text += piece;
      hard.push_back(text);
    }
  return hard;
}

void print_slowest(const values::Reader& reader, const std::string& name, const std::vector<std::string>& texts) {
  double slowest = 0;
  std::size_t length = 0;
  for (const auto& text : texts)
    if (const auto time = time_of(reader, text); time > slowest) {
      slowest = time;
      length = text.size();
    }
  fmt::print("{}: slowest of {} texts: {:.0f} us ({} bytes)\n", name, texts.size(), slowest * 1e6, length);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return fmt::print(stderr, "usage: values_bench tests/values\n"), 2;
  const auto texts = texts_of(argv[1]);
  values::Settings settings;
  settings.hours = values::Hours::parse("09:00-18:00");
  settings.becomes = values::Becomes{{{12 * 60, "MORNING"}}, "AFTERNOON"};
  settings.labels = {{"ONE", {"first"}}, {"TWO", {"second"}}};
  settings.country = "KR";
  for (const auto& name : values::reader_names()) {
    const auto reader = values::make_reader(name, settings);
    std::vector<double> rounds;
    for (int round = 0; round < 5; ++round) rounds.push_back(values_per_second(*reader, texts, std::chrono::milliseconds(400)));
    std::ranges::sort(rounds);
    print_slowest(*reader, name, hard_texts(texts));
    fmt::print("{}: {:.0f} values/s (median of 5 rounds, {:.0f} to {:.0f}; {} texts)\n", name, rounds[2], rounds.front(), rounds.back(), texts.size());
  }
  const std::vector<std::string> usual{"09:00", "14:30", "오전 10시", "오후 2시 30분", "9:00 AM", "2 часа дня"};
  const auto reader = values::make_reader("time-of-day", settings);
  fmt::print("time-of-day, six usual texts: {:.0f} values/s\n", values_per_second(*reader, usual, std::chrono::milliseconds(1000)));
}
