// The readers besides time-of-day: what they read, what they refuse, and what they may be told.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "values/quote.hpp"
#include "values/reader.hpp"
#include "values/vocabulary.hpp"

using namespace segue;
using namespace segue::values;

namespace {

struct Row { std::string expected; std::vector<std::string> texts; };

void check(const std::string& name, const Settings& settings, const std::vector<Row>& rows) {
  const auto reader = make_reader(name, settings);
  for (const auto& row : rows)
    for (const auto& text : row.texts) {
      CAPTURE(text);
      const auto reading = reader->read(text);
      CHECK(reading.meaning.value_or("-") == row.expected);
      CHECK((reading.certainty == Certainty::unreadable) == (row.expected == "-"));
      CHECK_FALSE(reading.rule.empty());
    }
}

std::string refused(const std::string& name, const Settings& settings) {
  try {
    make_reader(name, settings);
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.message();
  }
}

const std::vector<std::string> junk{"", " ", "\xff", "9\xc3", std::string("1\0", 2), "😀", "'; DROP TABLE x; --", std::string(10'000, '1'), "⑨", "?"};

}  // namespace

TEST_CASE("a label is read in any case, width and spacing, and by its synonyms") {
  Settings settings;
  settings.labels = {{"SKIN_CARE", {"피부 관리", "skin"}}, {"FEMALE", {"f", "여", "여성", "woman"}}, {"MALE", {"m", "남"}}};
  check("enum", settings, {{"SKIN_CARE", {"SKIN_CARE", "skin care", "Skin-Care", " SKINCARE ", "피부관리", "피부  관리", "ＳＫＩＮ"}},
                           {"FEMALE", {"f", "F", "여", "(여성)", "Woman"}}, {"MALE", {"M", "남"}}, {"-", {"women", "f/m", "남여", "skin cares"}}, {"-", junk}});
  settings.labels = {{"A", {"x"}}, {"B", {"X"}}};
  CHECK(refused("enum", settings) == "\"X\" stands for \"A\" and for \"B\"");
  settings.labels = {{"A", {"--"}}};
  CHECK(refused("enum", settings) == "\"--\" has no letter or digit to read it by");
  CHECK(refused("enum", {}) == "reader \"enum\" wants labels");
}

TEST_CASE("a whole number is read with thousands only where they can be nothing else") {
  check("integer", {}, {{"42", {"42", " 42 ", "+42", "042", "４２", "٤٢"}}, {"-7", {"-7", "−7"}}, {"0", {"0", "-0"}},
                        {"1234567", {"1,234,567", "1.234.567", "1 234 567", "1'234'567", "1234567"}}, {"1234", {"1 234"}},
                        {"9223372036854775807", {"9223372036854775807"}},
                        {"-", {"1,234", "1.234", "1.5", "1,5", "12,34,567", "1,234.567", "1,2345", "9223372036854775808", "1e3", "0x10", "4 2", "--4", "4-", "42 years", "²"}}, {"-", junk}});
  Settings bounds;
  bounds.least = 0;
  bounds.most = 120;
  check("integer", bounds, {{"120", {"120"}}, {"0", {"0"}}, {"-", {"121", "-1"}}});
}

TEST_CASE("a date is read where it can be one day only, or as the plan says") {
  const std::vector<std::string> either{"01/02/2024", "1.2.2024", "01-02-2024", "1/2/2024"};
  check("date", {}, {{"2024-02-01", {"2024-02-01", "2024/2/1", "2024.02.01", "2024. 2. 1.", "20240201", "2024년 2월 1일", "2024年2月1日", "1 February 2024",
                                     "Feb 1, 2024", "1 февраля 2024 г.", "1. Februar 2024", "1 février 2024", "Thursday, 1 Feb 2024", "2024-02-01T00:00:00", "２０２４-０２-０１"}},
                     {"2024-02-29", {"29.02.2024", "2024-02-29", "02/29/2024"}}, {"2024-01-13", {"13/01/2024", "01/13/2024"}}, {"2024-03-03", {"03/03/2024"}},
                     {"-", {"2023-02-29", "2024-13-01", "31.04.2024", "13/13/2024", "24-02-01", "01/02/24", "2024-02", "Feb 2024", "2024-02-01 09:30", "tomorrow", "02-01", "99999999"}},
                     {"-", either}, {"-", junk}});
  Settings settings;
  settings.order = DateOrder::day_first;
  check("date", settings, {{"2024-02-01", either}, {"-", {"01/13/2024"}}, {"2024-01-13", {"13/01/2024"}}});
  settings.order = DateOrder::month_first;
  check("date", settings, {{"2024-01-02", either}, {"-", {"13/01/2024"}}});
}

TEST_CASE("a phone number is read where it is one of its country, and written in E.164") {
  Settings korea, russia, america, germany;
  korea.country = "KR";
  russia.country = "RU";
  america.country = "US";
  germany.country = "DE";
  check("phone", korea, {{"+821012345678", {"010-1234-5678", "01012345678", "010 1234 5678", "010.1234.5678", "(010) 1234-5678", "+82 10-1234-5678", "+82 010-1234-5678",
                                            "+82(0)10-1234-5678", "82-10-1234-5678", "０１０-１２３４-５６７８"}},
                         {"+8225551234", {"02-555-1234", "+82 2 555 1234"}}, {"+82319301000", {"031-930-1000"}}, {"+442079460123", {"+44 20 7946 0123"}},
                         {"-", {"010-123-4567", "1588-1234", "555-1234", "010-1234-56789", "010-1234-5678 ext 2", "tel 010-1234-5678", "010-1234-5678, 010-8765-4321", "0010123456",
                                "+999 12345678", "+82", "+0 10 1234 5678", "010--", "-010-1234-5678", "00000000000"}}, {"-", junk}});
  check("phone", russia, {{"+79991234567", {"8 (999) 123-45-67", "+7 999 123-45-67", "89991234567", "79991234567"}}, {"-", {"999 123-45-67", "8 999 123-45-6"}}});
  check("phone", america, {{"+12125550123", {"(212) 555-0123", "212-555-0123", "1-212-555-0123", "+1 212 555 0123"}}, {"-", {"555-0123", "112-555-0123"}}});
  check("phone", germany, {{"+4930123456", {"030 123456", "030/123456", "0049 30 123456"}}, {"+4915112345678", {"0151 12345678"}}, {"-", {"30 123456"}}});
  check("phone", {}, {{"+821012345678", {"+82 10 1234 5678"}}, {"-", {"010-1234-5678"}}});
  Settings nowhere;
  nowhere.country = "XX";
  CHECK(refused("phone", nowhere) == "unknown country \"XX\"");
}

TEST_CASE("yes and no are read in every language, or in the chosen ones") {
  check("boolean", {}, {{"true", {"yes", "Y", "TRUE", "1", "네", "예", "да", "ja", "oui", "sí", "はい", "是", " Yes. ", "ＹＥＳ"}},
                        {"false", {"no", "N", "false", "0", "아니오", "нет", "nein", "non", "いいえ", "否", "없음"}},
                        {"-", {"2", "yes no", "maybe", "네네네요", "not yes", "y/n"}}, {"-", junk}});
  Settings settings;
  settings.languages = {"ko"};
  check("boolean", settings, {{"true", {"네", "y"}}, {"-", {"да", "oui"}}});
}

TEST_CASE("every language's data loads alone and with all others, and an unknown language is refused") {
  CHECK(Vocabulary::languages().size() >= 10);
  for (const auto& language : Vocabulary::languages()) CHECK_NOTHROW(Vocabulary::of({language}));
  Settings settings;
  settings.languages = {"xx"};
  CHECK(refused("time-of-day", settings) == "unknown language \"xx\"");
  CHECK(refused("nothing", {}) == "unknown reader \"nothing\"");
}

TEST_CASE("a word with two meanings in two languages is read only in one of them") {
  const auto read = [](const std::string& text, std::vector<std::string> languages) {
    Settings settings;
    settings.languages = std::move(languages);
    return make_reader("time-of-day", settings)->read(text).certainty;
  };
  CHECK(read("오전 9시", {"ko"}) == Certainty::certain);
  CHECK(read("오전 9시", {"en", "ru"}) == Certainty::unreadable);
  CHECK(read("9 утра", {"ru"}) == Certainty::certain);
  CHECK(read("09:00", {"ja"}) == Certainty::certain);
}

TEST_CASE("what a person decided goes before what is read, for that text to the letter only") {
  Settings settings;
  settings.becomes = Becomes{{{720, "MORNING"}}, "AFTERNOON"};
  settings.decided = {{"점심", "AFTERNOON"}, {"09:00", "AFTERNOON"}, {"", "MORNING"}};
  const auto reader = make_reader("time-of-day", settings);
  CHECK(reader->read("점심").meaning == "AFTERNOON");
  CHECK(reader->read("점심").certainty == Certainty::decided);
  CHECK(reader->read("09:00").meaning == "AFTERNOON");
  CHECK(reader->read("").meaning == "MORNING");
  CHECK_FALSE(reader->read(" 점심").meaning.has_value());
}

TEST_CASE("a text of any bytes is printed on one line, and so that it cannot steer a terminal") {
  CHECK(quoted("오전 9시 \"a\\b\"") == "\"오전 9시 \\\"a\\\\b\\\"\"");
  CHECK(quoted(std::string("\t\r\n\0\x1b[31m\x7f", 10)) == "\"\\t\\r\\n\\x00\\x1B[31m\\x7F\"");
  CHECK(quoted("\xff\xc3") == "\"\\xFF\\xC3\"");
  CHECK(quoted("a\u202Eb\u2028") == "\"a\\u{202E}b\\u{2028}\"");
  CHECK(readable_utf8("a\xff" "b") == "a\uFFFD" "b");
}
