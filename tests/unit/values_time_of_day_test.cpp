#include "values/time_of_day.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

#include "base/text.hpp"

using namespace segue;
using values::Hours;
using values::meaning_of;
using values::read_time_of_day;
using values::TimeReading;

namespace {

constexpr Hours clinic{9 * 60, 18 * 60};

std::string clock(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

// "09:00", "09:00 of 09:00-11:00", "00:00-12:00"; with "~" where opening hours decided; "-" for unreadable.
std::string shown(const TimeReading& reading) {
  if (reading.certainty == TimeReading::Certainty::unreadable) return "-";
  std::string text = reading.certainty == TimeReading::Certainty::by_hours ? "~" : "";
  if (reading.minute) text += clock(*reading.minute);
  if (reading.minute && reading.interval) text += " of ";
  if (reading.interval) text += clock(reading.interval->first) + "-" + clock(reading.interval->second);
  return text;
}

struct Row {
  const char* expected;
  std::vector<std::string> texts;
};

void check(const std::vector<Row>& rows, std::optional<Hours> hours = {}) {
  for (const auto& row : rows)
    for (const auto& text : row.texts) {
      CAPTURE(text);
      const auto reading = read_time_of_day(text, hours);
      CHECK(shown(reading) == std::string(row.expected));
      CHECK_FALSE(reading.rule.empty());
    }
}

}  // namespace

TEST_CASE("times on a 24-hour clock are read") {
  check({
      {"09:00", {"09:00", "9:00", "09.00", "9.00", "0900", "09:00:00", "9:00:00", "09:00:00.123", "9h", "9h00", "09h00",
                 " 09:00 ", "09 : 00", "0900 hrs", "0900h", "9", "09", "9:00.", "(09:00)", "at 9:00", "9 o'clock"}},
      {"09:30", {"09:30", "9:30", "09.30", "9.30", "9h30", "9h30m", "0930", "about 9:30"}},
      {"14:30", {"14:30", "14.30", "1430", "14h30", "14:30:59", "1430 hours"}},
      {"00:00", {"00:00", "0:00", "0000"}},
      {"00:15", {"00:15", "0015"}},
      {"01:00", {"01:00", "01.00", "0100", "01h"}},
      {"06:45", {"06:45", "0645"}},
      {"12:00", {"12:00", "1200", "12", "12h"}},
      {"13:00", {"13:00", "13", "13h", "1300"}},
      {"20:00", {"20:00", "2000", "20"}},
      {"23:59", {"23:59", "2359"}},
  });
}

TEST_CASE("times on a 12-hour clock are read, with the word before or behind") {
  check({
      {"09:00", {"9:00 AM", "9:00am", "9am", "9 am", "9 a.m.", "9a.m.", "9:00 A.M", "AM 9:00", "am 9", "09:00 AM",
                 "9 in the morning", "9:00 (AM)", "9AM."}},
      {"14:00", {"2pm", "2 PM", "2:00 p.m.", "PM 2:00", "02:00 pm", "2 in the afternoon", "14:00 PM", "1400 pm"}},
      {"14:30", {"2:30 p.m.", "2:30pm", "2.30pm", "0230 PM", "2h30 pm"}},
      {"12:30", {"12:30 PM", "0:30 pm", "12:30 in the afternoon"}},
      {"00:30", {"12:30 AM", "12:30 at night"}},
      {"12:00", {"12 pm", "12:00 PM", "noon", "12 noon", "12:00 noon", "midday", "NOON"}},
      {"00:00", {"12 am", "midnight", "12 midnight"}},
      {"19:00", {"7 in the evening", "7pm"}},
      {"-", {"14:00 AM", "13am", "9:00 AM PM", "noon am", "11 noon", "9 in the afternoon", "2 in the evening", "pm pm"}},
  });
}

TEST_CASE("Korean times are read") {
  check({
      {"09:00", {"9시", "09시", "9 시", "9시 정각", "오전 9시", "오전9시", "오전 9:00", "오전 9:00:00", "오전 09:00",
                 "9시 오전", "아침 9시", "오전 아홉시", "오전 9", "오전 9시쯤", "오전 9시경", "오전 9시에", "AM 9시"}},
      {"09:30", {"9시 30분", "9시30분", "9시 반", "9시반", "9시30", "오전 9시 반", "아홉시 반", "아홉시 삼십분"}},
      {"14:00", {"14시", "오후 2시", "오후2시", "오후 2:00", "오후 두시", "오후 두 시", "낮 2시", "오후 14시", "2시 오후",
                 "오후 02:00", "2시 pm"}},
      {"14:05", {"오후 2시 5분", "14시 05분", "14시 5분 30초"}},
      {"15:30", {"오후 세시 반", "오후 3시반", "15시 반"}},
      {"12:00", {"정오", "12시", "오후 12시", "낮 12시", "열두시", "12시 정오"}},
      {"00:00", {"자정", "오전 12시", "밤 12시", "0시", "오전 0시"}},
      {"02:00", {"새벽 2시", "02시", "밤 2시"}},
      {"19:00", {"저녁 7시", "오후 7시"}},
      {"21:00", {"밤 9시", "저녁 9시"}},
      {"-", {"오전 14시", "오전 오후", "9시간", "30분", "시", "반", "아침 2시", "새벽 9시", "두", "오전 9시간", "저녁 2시"}},
  });
}

TEST_CASE("an hour without am or pm that can mean two times is decided by opening hours or not at all") {
  const std::vector<std::string> two{"2:00", "2시", "두시", "2", "2h", "2.00", "2:00:00"};
  check({{"-", two}, {"-", {"1:00", "6:59", "3시 반"}}});
  check({{"~14:00", two}, {"~13:00", {"1:00"}}, {"~17:59", {"5:59"}}, {"~15:30", {"3시 반"}}}, clinic);
  check({{"-", {"6:00"}}}, clinic);                      // neither 6:00 nor 18:00 is open
  check({{"-", two}}, Hours{0, 24 * 60});                // both are
  check({{"~02:00", two}}, Hours{0, 8 * 60});
  check({{"02:00", {"02:00", "0200", "02시"}}, {"08:00", {"8:00", "8시"}}, {"07:00", {"7:00"}}}, clinic);
}

TEST_CASE("midnight in a house that is open at noon only is taken for the slip it may be") {
  check({{"-", {"12:00 AM", "오전 12시 30분"}}, {"12:30", {"12:30 PM", "오후 12시 30분"}}}, clinic);
}

TEST_CASE("a part of the day is an interval") {
  check({
      {"00:00-12:00", {"오전", "오전중", "오전 중", "오전에", "오전 희망", "오전 가능", "오전 시간대", "AM", "a.m.", "morning",
                       "Morning", "in the morning", "early morning"}},
      {"12:00-24:00", {"오후", "PM", "오후 중", "(오후)"}},
      {"12:00-18:00", {"afternoon", "in the afternoon", "late afternoon"}},
      {"05:00-12:00", {"아침"}},
      {"17:00-24:00", {"저녁", "evening"}},
      {"00:00-06:00", {"새벽"}},
      {"-", {"점심", "점심시간", "낮", "밤", "night", "오전 불가능", "오전 제외", "오전 또는 오후", "not in the morning"}},
  });
}

TEST_CASE("ranges are read as a whole, and their start decides unless they cross noon") {
  check({
      {"09:00 of 09:00-11:00", {"09:00-11:00", "9:00 ~ 11:00", "9:00–11:00", "9:00−11:00", "9:00〜11:00", "9-11", "9~11시",
                                "오전 9시~11시", "9시부터 11시까지", "9시에서 11시 사이", "9시부터 ~ 11시", "9am-11am", "9-11am",
                                "from 9 to 11", "between 9 and 11", "9 to 11 am", "0900-1100", "9:00～11:00"}},
      {"14:00 of 14:00-16:00", {"14:00-16:00", "2-4pm", "2pm-4pm", "2 pm - 4", "오후 2시~4시", "오후 2~4시", "14~16시",
                                "2:00-4:00 PM", "from 2pm until 4pm", "2pm till 4"}},
      {"10:00-14:00", {"10:00-14:00", "10-2", "10am-2pm", "오전 10시~오후 2시", "10-2pm", "10:00~2:00"}},
      {"09:00 of 09:00-12:00", {"9:00-12:00", "오전 9시~12시", "9am-noon", "오전 9시부터 정오까지"}},
      {"22:00 of 22:00-24:00", {"22:00-24:00", "22:00-00:00", "10pm-midnight", "오후 10시~자정"}},
      {"12:00 of 12:00-14:00", {"12-2pm", "정오~2시", "12:00-14:00"}},
      {"-", {"2-4", "2:00-4:00", "14:00-", "-14:00", "~", "9:00-", "11:00-09:00", "9-오후", "오전-오후", "9:00-25:00",
             "9-10-11", "24:00-25:00", "09:00~06:00", "9:00-9:00", "9-21:00 pm am", "between 9", "from 9"}},
  });
  check({{"~14:00 of 14:00-16:00", {"2-4", "2:00~4:00", "2시~4시"}}}, clinic);
}

TEST_CASE("a time that is open to one side is an interval") {
  check({
      {"14:00-24:00", {"오후 2시 이후", "after 2pm", "14시 이후", "오후 2시부터"}},
      {"00:00-11:00", {"오전 11시 이전", "before 11am", "11시까지", "by 11:00"}},
      {"-", {"2시 이후", "오전 이후", "이후", "after", "before midnight"}},
  });
}

TEST_CASE("of a date-time the time is read, unless it is in UTC") {
  check({
      {"09:30", {"2026-01-15T09:30", "2026-01-15 09:30", "2026-01-15T09:30:00", "2026-01-15T09:30:00.000",
                 "2026-01-15T09:30:00+09:00", "2026-01-15 09:30:00+0900", "2026/01/15 09:30", "2026.01.15 09:30",
                 "2026. 1. 15. 오전 9:30:00", "2026년 1월 15일 오전 9시 30분", "2026-01-15 09:30:00+09"}},
      {"-", {"2026-01-15", "2026-13-15 09:30", "2026-01-32T09:30", "2026-01-15T", "2026-01-15T09:30Z", "20260115",
             "2026-01-15T00:30:00.000Z", "2026-01-15T09:30+00:00", "2026-01-15T25:00", "2026", "2025", "09:30+09:00"}},
  });
}

TEST_CASE("every spelling of spaces, digits, colons and letters counts as the plain one") {
  check({
      {"09:00", {"０９：００", "9∶00", "9：00", "\u00A09:00\u3000", "\u200B9:00", "\uFEFF09:00", "９시",
                 "٠٩:٠٠", "9：00 ＡＭ", "오전\u30009시", "9:00\u202FAM", "9\tAM\n", "9 O’CLOCK", "㏂ 9:00"}},
      {"09:00", {"\u110B\u1169\u110C\u1165\u11AB 9\u1109\u1175"}},  // the letters of 오전 and 시 one by one
  });
}

TEST_CASE("what is no time is unreadable and never an error") {
  check({{"-",
          {"", " ", "\u3000", "25:00", "24:00", "24시", "9:75", "9:60", "9:5", "9:005", "9:00:60", "99:99", "-1:00", "60",
           "100", "930", "0", "00", "1.5", "9.5", "9½", "9²", "⑨시", "😀", "9😀", "9:00😀", "asap", "any time", "아무때나",
           "상관없음", "미정", "추후 연락", "010-1234-5678", "1234567890123456789012345", "9:00, 10:00", "9:00/10:00",
           "9:00 10:00", "9시 또는 10시", "9 30", "'; DROP TABLE reservations; --", "' OR 1=1 --", "<script>9:00</script>",
           "${9:00}", "9:00\\", "null", "N/A", "?", ":", "::", "9:", ":30", "am9pm", "9:00 tomorrow", "월요일 오전", ".", "..",
           "9:00..", "h", "9hh", "9시시", "9시 61분", "1261", "2500", std::string("9:00\0", 5), std::string("\0", 1),
           "\xff\xfe", "9:00\xc3", "\xed\xa0\x80", "\xc0\xb9:00", std::string(201, '9'), std::string(201, ' '),
           std::string(200, '('), "9:00" + std::string(200, ' ')}}});
  check({{"09:00", {"9:00" + std::string(196, ' ')}}});
}

TEST_CASE("random bytes and random mixtures of known words are read or refused, and a reading is a time of day") {
  std::mt19937_64 random(20260115);
  const std::vector<std::string> words{"오전", "오후", "시", "분", "반", "9", "12", "30", "00", "1430", ":", ".", "-", "~", " ",
                                       "am", "pm", "noon", "부터", "까지", "이후", "2026", "/", "+", "T", "Z", "한", "열", "😀",
                                       "after", "from", "to", "24", "0", "h", "밤", "\xff", "\u3000", "자정", "시간"};
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  std::size_t readable = 0;
  for (int round = 0; round < 60000; ++round) {
    std::string text;
    for (std::size_t left = below(9); left > 0; --left)
      text += round % 3 == 0 ? std::string(1, static_cast<char>(random())) : words[below(words.size())];
    const auto hours = round % 2 == 0 ? std::optional(clinic) : std::nullopt;
    const auto reading = read_time_of_day(text, hours);
    const bool read = reading.certainty != TimeReading::Certainty::unreadable;
    readable += read ? 1 : 0;
    INFO(text);
    REQUIRE(read == (reading.minute || reading.interval));
    if (reading.minute) REQUIRE((*reading.minute >= 0 && *reading.minute < 1440));
    if (reading.interval) REQUIRE((0 <= reading.interval->first && reading.interval->first < reading.interval->second));
    if (reading.interval) REQUIRE(reading.interval->second <= 1440);
    if (!is_valid_utf8(text)) REQUIRE_FALSE(read);
    REQUIRE(shown(read_time_of_day(" " + text + "\u3000", hours)) == shown(reading));
  }
  CHECK(readable > 1000);
}

TEST_CASE("each minute of the day is read alike in every full spelling") {
  for (int minute = 0; minute < 1440; ++minute) {
    const int h = minute / 60, m = minute % 60, twelve = (h + 11) % 12 + 1;
    const bool am = h < 12;
    for (const auto& text : {clock(minute), fmt::format("{:02}.{:02}", h, m), fmt::format("{:02}h{:02}", h, m),
                             fmt::format("{:02}시 {}분", h, m), fmt::format("{}:{:02} {}", twelve, m, am ? "AM" : "p.m."),
                             fmt::format("{} {}시 {:02}분", am ? "오전" : "오후", twelve, m)}) {
      CAPTURE(text);
      REQUIRE(read_time_of_day(text).minute == minute);
    }
  }
}

TEST_CASE("the meaning is that of the first boundary a time lies before") {
  const std::vector<std::pair<int, std::string>> noon{{720, "MORNING"}};
  const auto meaning = [&](const std::string& text, std::optional<Hours> hours = {}) {
    return meaning_of(read_time_of_day(text, hours), noon, "AFTERNOON").value_or("-");
  };
  CHECK(meaning("11:59") == "MORNING");
  CHECK(meaning("12:00") == "AFTERNOON");
  CHECK(meaning("오전") == "MORNING");
  CHECK(meaning("evening") == "AFTERNOON");
  CHECK(meaning("9-11") == "MORNING");
  CHECK(meaning("9:00-12:00") == "MORNING");
  CHECK(meaning("10:00-14:00") == "-");
  CHECK(meaning("오후 2시 이후") == "AFTERNOON");
  CHECK(meaning("오전 9시 이후") == "-");
  CHECK(meaning("2:00") == "-");
  CHECK(meaning("2:00", clinic) == "AFTERNOON");
  CHECK(meaning("점심") == "-");
  const auto night = meaning_of(read_time_of_day("16:30"), {{720, "MORNING"}, {1020, "AFTERNOON"}}, "EVENING");
  CHECK(night == "AFTERNOON");
  CHECK(meaning_of(read_time_of_day("저녁"), {{720, "MORNING"}, {1020, "AFTERNOON"}}, "EVENING") == "EVENING");
  CHECK_FALSE(meaning_of(read_time_of_day("오후"), {{720, "MORNING"}, {1020, "AFTERNOON"}}, "EVENING"));
  CHECK_FALSE(meaning_of(TimeReading{}, noon, "AFTERNOON"));
}
