// What the reader says, written down and read again, is the same: times, intervals, and the text the old side gets back.
#include <map>

#include "values_support.hpp"

using namespace segue::values;
using values_test::corpus;

TEST_CASE("reading what is printed of a reading gives the same time and interval, for every text and every rule") {
  const auto plain = values_test::plain_reader();
  std::map<std::string, int> rules;
  for (const auto& text : corpus()) {
    const auto reading = plain->read(text.raw);
    if (reading.certainty == Certainty::unreadable) continue;
    CAPTURE(text.raw);
    ++rules[reading.rule];
    if (reading.time) CHECK(plain->read(clock_text(*reading.time)).time == reading.time);
    if (!reading.interval || reading.interval->to > 24 * 60 || reading.interval->to == reading.interval->from + 1) continue;
    const auto again = plain->read(interval_text(*reading.interval));
    CHECK(again.interval == reading.interval);
    CHECK(again.time == reading.interval->from);
  }
  CHECK(rules.size() >= 8);
}

TEST_CASE("each minute of the day is printed as it is read") {
  const auto plain = values_test::plain_reader();
  for (int minute = 0; minute < 24 * 60; ++minute) CHECK(plain->read(clock_text(minute)).time == minute);
}

TEST_CASE("the text that the old side gets back for a meaning reads to the same meaning, by every rule") {
  const auto reader = values_test::clinic_reader();
  const std::map<std::string, std::string> old_texts{{"MORNING", "09:00"}, {"AFTERNOON", "14:00"}};
  std::map<std::string, int> rules;
  for (const auto& text : corpus()) {
    const auto reading = reader->read(text.raw);
    if (!reading.meaning) continue;
    CAPTURE(text.raw);
    ++rules[reading.rule];
    const auto back = reader->read(old_texts.at(*reading.meaning));
    CHECK(back.meaning == reading.meaning);
    CHECK(back.certainty == Certainty::certain);
  }
  CHECK(rules.size() >= 10);
}

TEST_CASE("a meaning does not depend on which language the words are chosen from, only whether it is read") {
  const auto all = values_test::clinic_reader();
  for (const std::string language : {"ko", "ru", "en", "de", "fr", "es", "it", "ja", "zh", "uk"}) {
    Settings settings;
    settings.languages = {language};
    settings.hours = Hours::parse("09:00-18:00");
    settings.becomes = Becomes{{{12 * 60, "MORNING"}}, "AFTERNOON"};
    const auto one = make_reader("time-of-day", settings);
    for (const auto& text : corpus()) {
      const auto wide = all->read(text.raw), narrow = one->read(text.raw);
      CAPTURE(text.raw);
      CAPTURE(language);
      if (wide.meaning && narrow.meaning) CHECK(wide.meaning == narrow.meaning);
    }
  }
}
