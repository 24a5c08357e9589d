// The texts of tests/values and what a person makes of them.
#pragma once
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "values/reader.hpp"

namespace values_test {

struct Text { std::string raw, meaning, time; };

inline std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      bytes += text[at];
    } else if (text[++at] == 'x') {
      bytes += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      bytes += text[at] == 't' ? '\t' : text[at] == 'r' ? '\r' : '\\';
    }
  }
  return bytes;
}

inline const std::vector<Text>& corpus() {
  static const std::vector<Text> texts = [] {
    std::vector<Text> all;
    for (const auto& file : std::filesystem::directory_iterator(SEGUE_SOURCE_DIR "/tests/values"))
      for (const auto& line : segue::split_text(segue::read_file(file.path().string()), '\n'))
        if (const auto fields = segue::split_text(line, '\t'); fields.size() == 4 && !line.starts_with('#'))
          all.push_back({unescaped(fields[1]), fields[2], fields[3]});
    REQUIRE(all.size() > 400);
    return all;
  }();
  return texts;
}

// As in plans/hospital-services; without hours and meanings where so asked.
inline std::unique_ptr<const segue::values::Reader> clinic_reader() {
  segue::values::Settings settings;
  settings.hours = segue::values::Hours::parse("09:00-18:00");
  settings.becomes = segue::values::Becomes{{{12 * 60, "MORNING"}}, "AFTERNOON"};
  return segue::values::make_reader("time-of-day", settings);
}
inline std::unique_ptr<const segue::values::Reader> plain_reader() { return segue::values::make_reader("time-of-day", {}); }

}  // namespace values_test
