// What single texts mean to the time-of-day reader, with and without opening hours.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "values/reader.hpp"

using namespace segue;
using values::Certainty;
using values::Hours;
using values::Reading;

namespace {

const Hours clinic = *Hours::parse("09:00-18:00");

Reading read(const std::string& text, std::optional<Hours> hours = {}) {
  values::Settings settings;
  settings.hours = std::move(hours);
  return values::make_reader("time-of-day", settings)->read(text);
}

// "09:00", "09:00 of 09:00-11:00", "00:00-12:00"; with "~" where opening hours decided; "-" for unreadable.
std::string shown(const Reading& reading) {
  if (reading.certainty == Certainty::unreadable) return "-";
  std::string text = reading.certainty == Certainty::by_hours ? "~" : "";
  if (reading.time) text += values::clock_text(*reading.time);
  if (reading.time && reading.interval) text += " of ";
  if (reading.interval) text += values::interval_text(*reading.interval);
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
      const auto reading = read(text, hours);
      CHECK(shown(reading) == std::string(row.expected));
      CHECK_FALSE(reading.rule.empty());
    }
}

}  // namespace

TEST_CASE("times on a 24-hour clock are read") {
  check({
      {"09:00", {"09:00", "9:00", "09.00", "9.00", "0900", "09:00:00", "9:00:00", "09:00:00.123", "9h", "9h00", "09h00",
                 " 09:00 ", "09 : 00", "0900 hrs", "0900h", "9", "09", "9:00.", "(09:00)", "at 9:00", "9 o'clock"}},
      {"09:30", {"09:30", "9:30", "09.30", "9.30", "9h30", "9h30m", "0930", "930"}},
      {"14:30", {"14:30", "14.30", "1430", "14h30", "14:30:59", "1430 hours"}},
      {"00:00", {"00:00", "0:00", "0000"}},
      {"00:15", {"00:15", "0015"}},
      {"01:00", {"01:00", "01.00", "0100", "01h"}},
      {"06:45", {"06:45", "0645"}},
      {"12:00", {"12:00", "1200", "12", "12h"}},
      {"13:00", {"13:00", "13", "13h", "1300"}},
      {"20:00", {"20:00", "2000", "20"}},
      {"23:59", {"23:59"}},
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
                 "9시 오전", "아침 9시", "오전 아홉시", "오전 9", "오전 9시에", "AM 9시"}},
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
  const std::vector<std::string> two{"2:00", "2시", "두시", "2h", "2.00", "2:00:00"};
  check({{"-", two}, {"-", {"1:00", "6:59", "3시 반"}}});
  check({{"~14:00", two}, {"~13:00", {"1:00"}}, {"~17:59", {"5:59"}}, {"~15:30", {"3시 반"}}}, clinic);
  check({{"-", {"6:00"}}}, clinic);                      // neither 6:00 nor 18:00 is open
  check({{"-", two}}, *Hours::parse("00:00-24:00"));                // both are
  check({{"~02:00", two}}, *Hours::parse("00:00-08:00"));
  check({{"07:00", {"07:00"}}, {"-", {"02:00", "0200", "02시", "8:00", "8시", "7:00", "2"}}}, clinic);  // 02:00 may be a slip for 14:00
  check({{"02:00", {"02:00", "0200"}}, {"08:00", {"8:00"}}, {"-", {"2", "nine", "1437", "15.01"}}});
}

TEST_CASE("midnight in a house that is open at noon only is taken for the slip it may be") {
  check({{"-", {"12:00 AM", "오전 12시 30분"}}, {"12:30", {"12:30 PM", "오후 12시 30분"}}}, clinic);
}

TEST_CASE("a part of the day is an interval") {
  check({
      {"00:00-12:00", {"오전", "오전중", "오전 중", "오전에", "오전 희망", "오전 가능", "오전 시간대", "AM", "a.m.", "morning",
                       "Morning", "in the morning"}},
      {"12:00-24:00", {"오후", "PM", "오후 중", "(오후)"}},
      {"12:00-18:00", {"afternoon", "in the afternoon"}},
      {"05:00-12:00", {"아침"}},
      {"17:00-24:00", {"저녁", "evening"}},
      {"00:00-06:00", {"새벽"}},
      {"11:30-13:30", {"점심", "점심시간", "lunch"}}, {"11:00-18:00", {"낮"}}, {"19:00-05:00", {"밤", "night"}}, {"05:00-09:00", {"early morning"}},
      {"15:00-18:00", {"late afternoon"}}, {"09:00 of 08:45-09:15", {"오전 9시쯤", "오전 9시경", "about 9"}},
      {"-", {"오전 불가능", "오전 제외", "not in the morning"}},
  });
}

TEST_CASE("ranges are read as a whole, and their start decides unless they cross noon") {
  check({
      {"09:00 of 09:00-11:00", {"09:00-11:00", "9:00 ~ 11:00", "9:00–11:00", "9:00−11:00", "9:00〜11:00", "9-11", "9~11시",
                                "오전 9시~11시", "9시부터 11시까지", "9시에서 11시 사이", "9시부터 ~ 11시", "9am-11am", "9-11am",
                                "from 9 to 11", "between 9 and 11", "9 to 11 am", "0900-1100", "9:00～11:00"}},
      {"14:00 of 14:00-16:00", {"14:00-16:00", "2-4pm", "2pm-4pm", "2 pm - 4", "오후 2시~4시", "오후 2~4시", "14~16시",
                                "2:00-4:00 PM", "from 2pm until 4pm", "2pm till 4"}},
      {"10:00 of 10:00-14:00", {"10:00-14:00", "10-2", "10am-2pm", "오전 10시~오후 2시", "10-2pm", "10:00~2:00"}},
      {"09:00 of 09:00-12:00", {"9:00-12:00", "오전 9시~12시", "9am-noon", "오전 9시부터 정오까지"}},
      {"22:00 of 22:00-24:00", {"22:00-24:00", "22:00-00:00", "10pm-midnight", "오후 10시~자정"}},
      {"12:00 of 12:00-14:00", {"12-2pm", "정오~2시", "12:00-14:00"}},
      {"-", {"2-4", "2:00-4:00", "14:00-", "-14:00", "~", "9:00-", "11:00-09:00", "9-오후", "오전-오후", "9:00-25:00",
             "9-10-11", "24:00-25:00", "09:00~06:00", "9:00-9:00", "9-21:00 pm am", "between 9"}},
  });
  check({{"~14:00 of 14:00-16:00", {"2-4", "2:00~4:00", "2시~4시"}}}, clinic);
}

TEST_CASE("a time that is open to one side is an interval") {
  check({
      {"14:00-24:00", {"오후 2시 이후", "after 2pm", "14시 이후", "오후 2시부터"}},
      {"09:00-24:00", {"from 9"}}, {"12:00-24:00", {"오전 이후"}},
      {"00:00-11:00", {"오전 11시 이전", "before 11am", "11시까지", "by 11:00"}},
      {"-", {"2시 이후", "이후", "after", "before midnight"}},
  });
}

TEST_CASE("several times are the interval from the first to the last, if they are written as times") {
  check({{"09:00-10:01", {"9:00, 10:00", "9:00/10:00", "9시 또는 10시", "9am or 10am", "9 или 10", "9, 9:30 or 10 am"}},
         {"00:00-24:00", {"오전 또는 오후", "am/pm"}}, {"-", {"9/10", "9,10", "2:00, 3:00", "9:00,,10:00"}}});
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
           "100", "0", "00", "1.5", "9.5", "9½", "9²", "⑨시", "😀", "9😀", "9:00😀", "asap", "any time", "아무때나",
           "상관없음", "미정", "추후 연락", "010-1234-5678", "1234567890123456789012345", "9/10", "9,10",
           "9:00 10:00", "9 11", "'; DROP TABLE reservations; --", "' OR 1=1 --", "<script>9:00</script>",
           "${9:00}", "9:00\\", "null", "N/A", "?", ":", "::", "9:", ":30", "am9pm", "13 Friday", "월요일", ".", "..",
           "9:00..", "h", "9hh", "9시시", "9시 61분", "1261", "2500", std::string("9:00\0", 5), std::string("\0", 1),
           "\xff\xfe", "9:00\xc3", "\xed\xa0\x80", "\xc0\xb9:00", std::string(401, '9'), std::string(401, ' '),
           std::string(200, '('), "9:00" + std::string(400, ' ')}}});
  check({{"09:00", {"9:00" + std::string(196, ' ')}}});
}

TEST_CASE("each minute of the day is read alike in every full spelling") {
  for (int minute = 0; minute < 1440; ++minute) {
    const int h = minute / 60, m = minute % 60, twelve = (h + 11) % 12 + 1;
    const bool am = h < 12;
    for (const auto& text : {values::clock_text(minute), fmt::format("{:02}h{:02}", h, m),
                             fmt::format("{:02}시 {}분", h, m), fmt::format("{}:{:02} {}", twelve, m, am ? "AM" : "p.m."),
                             fmt::format("{} {}시 {:02}분", am ? "오전" : "오후", twelve, m)}) {
      CAPTURE(text);
      REQUIRE(read(text).time == minute);
    }
  }
}

TEST_CASE("the meaning is that of the first boundary a time lies before, and an interval must lie on one side of each") {
  const auto meaning = [](const std::string& text, values::Becomes becomes, std::optional<Hours> hours = {}) {
    values::Settings settings;
    settings.becomes = std::move(becomes);
    settings.hours = std::move(hours);
    const auto reading = values::make_reader("time-of-day", settings)->read(text);
    CHECK(reading.meaning.has_value() == (reading.certainty != Certainty::unreadable));
    return reading.meaning.value_or("-");
  };
  const values::Becomes noon{{{720, "MORNING"}}, "AFTERNOON"}, three{{{720, "MORNING"}, {1020, "AFTERNOON"}}, "EVENING"};
  for (const auto* text : {"11:59", "오전", "9-11", "9:00-12:00", "before 12", "11:44 쯤"}) CHECK(meaning(text, noon) == "MORNING");
  for (const auto* text : {"12:00", "evening", "오후 2시 이후", "정오", "13-15"}) CHECK(meaning(text, noon) == "AFTERNOON");
  for (const auto* text : {"10:00-14:00", "오전 9시 이후", "2:00", "점심", "밤", "12시쯤", "11:50 쯤", "오전 또는 오후"}) CHECK(meaning(text, noon) == "-");
  CHECK(meaning("2:00", noon, clinic) == "AFTERNOON");
  CHECK(meaning("16:30", three) == "AFTERNOON");
  CHECK(meaning("저녁", three) == "EVENING");
  CHECK(meaning("오후", three) == "-");
  CHECK(meaning("16:00-18:00", three) == "-");
  CHECK(meaning("14:00-16:00", three) == "AFTERNOON");
  CHECK(meaning("night", {{{300, "DAY"}, {1140, "LATE"}}, "DAY"}) == "DAY");
}

TEST_CASE("a lunch break is inside the hours, though the house is closed") {
  const auto hours = *Hours::parse("09:00-12:00, 14:00-18:00");
  CHECK(shown(read("1:00", hours)) == "~13:00");
  CHECK(shown(read("12:30", hours)) == "12:30");
  CHECK(shown(read("2:00", hours)) == "~14:00");
  for (const auto* bad : {"", "9-18", "09:00-09:00", "18:00-09:00", "09:00-12:00,11:00-13:00", "09:00-25:00", "09:00", "9:00-18:00"})
    CHECK_FALSE(Hours::parse(bad).has_value());
}
