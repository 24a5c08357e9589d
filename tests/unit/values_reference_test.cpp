// A second, slower reader that knows nothing of the first: it writes down every time of the day in every format of every
// language, and looks a text up in what it wrote. A text written for two times has two; opening hours choose.
#include <fmt/format.h>

#include <map>
#include <random>
#include <set>

#include "values_support.hpp"

using namespace segue::values;

namespace {

struct Moment { int minute, hour, twelve, minutes; };
Moment moment_at(int minute) { return {minute, minute / 60, (minute / 60 + 11) % 12 + 1, minute % 60}; }

// The word that goes with a time, from a table of "from hour: word"; the first row begins at 0.
struct Words { int from; const char* word; };
std::string word_at(const Moment& time, const std::vector<Words>& words) {
  std::string word;
  for (const auto& row : words)
    if (row.from <= time.hour) word = row.word;
  return word;
}

const std::vector<Words> english{{0, "AM"}, {12, "PM"}}, english_dots{{0, "a.m."}, {12, "p.m."}}, korean{{0, "오전"}, {12, "오후"}},
    russian{{0, "ночи"}, {4, "утра"}, {12, "дня"}, {17, "вечера"}}, japanese{{0, "午前"}, {12, "午後"}}, chinese{{0, "上午"}, {12, "下午"}},
    spanish{{0, "de la mañana"}, {12, "de la tarde"}, {20, "de la noche"}}, french{{0, "du matin"}, {12, "de l'après-midi"}, {18, "du soir"}},
    german{{0, "morgens"}, {12, "nachmittags"}, {18, "abends"}}, italian{{0, "di mattina"}, {12, "di pomeriggio"}, {18, "di sera"}},
    ukrainian{{0, "ночі"}, {4, "ранку"}, {12, "вдень"}, {17, "вечора"}};
const char* native[] = {"", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두"};
const char* units[] = {"", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"};
const char* han[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

std::string in_tens(int number, const char* const* digits, const char* ten) {
  return std::string(number < 10 ? "" : number < 20 ? ten : std::string(digits[number / 10]) + ten) + digits[number % 10];
}
std::string wide(const std::string& text) {
  std::string full;
  for (const char c : text) full += c >= '0' && c <= '9' ? "\xEF\xBC" + std::string(1, static_cast<char>(0x90 + (c - '0'))) : c == ':' ? "\xEF\xBC\x9A" : std::string(1, c);
  return full;
}

// Formats of which each text means one time.
std::vector<std::string> plain_formats(const Moment& t) {
  const auto clock = fmt::format("{:02}:{:02}", t.hour, t.minutes), twelve = fmt::format("{}:{:02}", t.twelve, t.minutes);
  const auto of_day = word_at(t, korean);
  std::vector<std::string> all{
      clock, clock + ":00", clock + ":59", wide(clock), fmt::format("{:02}h{:02}", t.hour, t.minutes), fmt::format("{:02}{:02} hrs", t.hour, t.minutes),
      "at " + clock, "в " + clock, "um " + clock + " Uhr", "a las " + clock, "alle " + clock,
      twelve + " " + word_at(t, english), twelve + word_at(t, english_dots), word_at(t, english) + " " + twelve, "15.01.2026 " + twelve + " " + word_at(t, english),
      of_day + " " + twelve, fmt::format("{} {}시 {}분", of_day, t.twelve, t.minutes), fmt::format("{}{}시{:02}분", of_day, t.twelve, t.minutes),
      fmt::format("{:02}시 {}분", t.hour, t.minutes), "월요일 " + of_day + " " + twelve,
      fmt::format("{} {}時{}分", word_at(t, japanese), t.twelve, t.minutes), fmt::format("{}{}点{:02}分", word_at(t, chinese), t.twelve, t.minutes),
      twelve + " " + word_at(t, spanish), twelve + " " + word_at(t, french), twelve + " " + word_at(t, german), twelve + " " + word_at(t, italian)};
  if (t.minute != 0) all.push_back("2026-01-15T" + clock + "+09:00");   // at midnight it is a date without a time
  if (t.hour != 0) all.push_back(fmt::format("{} часов {} минут {}", t.twelve, t.minutes, word_at(t, russian)));
  if (t.hour != 0)
    for (const auto& word : {word_at(t, russian), word_at(t, ukrainian)}) all.push_back(twelve + " " + word);
  all.push_back("о " + clock);
  if (t.minutes == 30) {
    all.push_back(fmt::format("half past {} {}", t.twelve, word_at(t, english)));
    all.push_back(fmt::format("{} heures et demie {}", t.twelve, word_at(t, french)));
    all.push_back(fmt::format("las {} y media {}", t.twelve, word_at(t, spanish)));
    all.push_back(fmt::format("alle {} e mezza {}", t.twelve, word_at(t, italian)));
    all.push_back(fmt::format("halb {} {}", t.twelve % 12 + 1, word_at(t, german)));
    all.push_back(fmt::format("{}{}時半", word_at(t, japanese), t.twelve));
  }
  if (t.minutes == 15) all.push_back(fmt::format("quarter past {} {}", t.twelve, word_at(t, english)));
  if (t.minutes > 0) all.push_back(fmt::format("{} {}시 {}분", of_day, native[t.twelve], in_tens(t.minutes, units, "십")));
  if (t.minutes > 0) all.push_back(fmt::format("{}{}時{}分", word_at(t, japanese), in_tens(t.twelve, han, "十"), in_tens(t.minutes, han, "十")));
  if (t.minutes == 30) all.push_back(fmt::format("{} {}시 반", of_day, native[t.twelve]));
  if (t.minutes == 30) all.push_back(fmt::format("{}{}点半", word_at(t, chinese), t.twelve));
  if (t.minutes == 0) all.push_back(fmt::format("{} {}", t.twelve, word_at(t, english)));
  if (t.minutes == 0 && t.hour > 3) all.push_back(fmt::format("{} {}", t.twelve, word_at(t, russian)));
  if (t.minutes % 15 == 0 && (t.hour < 19 || t.hour > 20)) all.push_back(fmt::format("{:02}{:02}", t.hour, t.minutes));
  if (t.minutes == 0 || t.minutes > 12) all.push_back(fmt::format("{:02}.{:02}", t.hour, t.minutes));
  return all;
}

// Formats of a 12-hour clock that leaves out which half of the day it means: each text stands for two times.
std::vector<std::string> half_formats(const Moment& t) {
  std::vector<std::string> all{fmt::format("{}:{:02}", t.twelve, t.minutes), fmt::format("{}시 {}분", t.twelve, t.minutes), fmt::format("{}h{:02}", t.twelve, t.minutes),
                               fmt::format("{}時{}分", t.twelve, t.minutes), fmt::format("{} часов {} минут", t.twelve, t.minutes)};
  if (t.minutes == 30) all.push_back(fmt::format("{}시 반", native[t.twelve]));
  if (t.minutes == 0) all.push_back(fmt::format("{}시", native[t.twelve]));
  return all;
}

using Written = std::map<std::string, std::set<int>>;

Written write_down(std::vector<std::string> (*formats)(const Moment&), bool below_ten_only) {
  Written written;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    const auto time = moment_at(minute);
    if (below_ten_only && time.twelve > 9) continue;             // "10:30" is also how a 24-hour clock writes it
    for (const auto& text : formats(time)) written[text].insert(minute);
  }
  return written;
}

}  // namespace

TEST_CASE("the reader agrees with the reference reader on every time in every format that means one time") {
  const auto reader = values_test::plain_reader();
  const auto written = write_down(plain_formats, false);
  CHECK(written.size() > 35'000);
  for (const auto& [text, minutes] : written) {
    REQUIRE_MESSAGE(minutes.size() == 1, text);
    const auto reading = reader->read(text);
    if (reading.time != *minutes.begin() || reading.certainty != Certainty::certain) FAIL_CHECK(text << ": " << reading.rule);
  }
}

TEST_CASE("of two times that a text can mean, the reader takes the one at which the house is open, or none") {
  const auto written = write_down(half_formats, true);
  CHECK(written.size() > 2'500);
  std::mt19937_64 random(7);
  for (int round = 0; round < 40; ++round) {
    const int open = static_cast<int>(random() % 1200), close = open + 60 + static_cast<int>(random() % static_cast<unsigned>(1440 - open - 60));
    Settings settings;
    settings.hours = Hours::parse(interval_text({open, close}));
    const auto reader = make_reader("time-of-day", settings);
    for (const auto& [text, minutes] : written) {
      std::vector<int> at_open;
      for (const int minute : minutes)
        if (open <= minute && minute < close) at_open.push_back(minute);
      const auto reading = reader->read(text);
      const bool agrees = at_open.size() == 1 ? reading.time == at_open[0] : reading.certainty == Certainty::unreadable;
      if (!agrees) FAIL_CHECK(text << " " << interval_text({open, close}) << ": " << reading.rule);
    }
  }
}

TEST_CASE("random ranges in every format begin and end where the reference reader says") {
  const auto reader = values_test::plain_reader();
  std::mt19937_64 random(20260115);
  const char* joints[] = {"-", " - ", "~", " ~ ", "–", "〜", "−"};
  for (int round = 0; round < 20'000; ++round) {
    const int from = static_cast<int>(random() % 1439), to = from + 1 + static_cast<int>(random() % static_cast<unsigned>(1439 - from));
    const auto first = moment_at(from), last = moment_at(to);
    const auto clock = [](const Moment& t) { return fmt::format("{:02}:{:02}", t.hour, t.minutes); };
    const auto with_word = [](const Moment& t) { return fmt::format("{} {}시 {}분", word_at(t, korean), t.twelve, t.minutes); };
    const auto* joint = joints[random() % std::size(joints)];
    const std::string texts[] = {clock(first) + joint + clock(last), with_word(first) + joint + with_word(last), with_word(first) + "부터 " + with_word(last) + "까지",
                                 "from " + clock(first) + " to " + clock(last), "между " + clock(first) + " и " + clock(last),
                                 "von " + clock(first) + " bis " + clock(last), "entre " + clock(first) + " et " + clock(last)};
    const auto& text = texts[random() % std::size(texts)];
    const auto reading = reader->read(text);
    if (reading.time != from || reading.interval != Interval{from, to}) FAIL_CHECK(text << ": " << reading.rule);
  }
}
