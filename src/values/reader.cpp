#include "values/reader.hpp"

#include <fmt/format.h>

#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "values/readers.hpp"

namespace segue::values {
namespace {

using Make = std::unique_ptr<const Reader> (*)(const Settings&);

const std::vector<std::pair<std::string, Make>>& readers() {
  static const std::vector<std::pair<std::string, Make>> all = {
      {"time-of-day", make_time_of_day},
      {"enum", make_enum},
      {"integer", make_integer},
      {"date", make_date},
      {"phone", make_phone},
      {"boolean", make_boolean},
  };
  return all;
}

// What a person decided about a text goes before what is read.
class Decided : public Reader {
 public:
  Decided(const std::vector<std::pair<std::string, std::string>>& decided, std::unique_ptr<const Reader> otherwise)
      : meanings_(decided.begin(), decided.end()), otherwise_(std::move(otherwise)) {}

  Reading read(std::string_view raw) const override {
    auto reading = otherwise_->read(raw);
    const auto found = meanings_.find(raw);
    if (found == meanings_.end()) return reading;
    reading.meaning = found->second;
    reading.rule = "decided in the plan";
    reading.certainty = Certainty::decided;
    return reading;
  }

 private:
  std::map<std::string, std::string, std::less<>> meanings_;
  std::unique_ptr<const Reader> otherwise_;
};

}  // namespace

const std::vector<std::string>& reader_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, make] : readers()) all.push_back(name);
    return all;
  }();
  return names;
}

std::unique_ptr<const Reader> make_reader(const std::string& name, const Settings& settings) {
  for (const auto& [known, make] : readers())
    if (known == name) {
      auto reader = make(settings);
      return settings.decided.empty() ? std::move(reader) : std::make_unique<Decided>(settings.decided, std::move(reader));
    }
  throw Error(ErrorCode::usage, fmt::format("unknown reader \"{}\"", name), "known readers: " + join(reader_names(), ", "));
}

Reading certain(std::string meaning, std::string rule) {
  Reading reading;
  reading.meaning = std::move(meaning);
  reading.rule = std::move(rule);
  reading.certainty = Certainty::certain;
  return reading;
}

}  // namespace segue::values
