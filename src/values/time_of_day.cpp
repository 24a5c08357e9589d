// time-of-day: "9:00 AM", "오후 2시 반", "14:00~15:00" become a time, an interval or a part of the day.
#include "values/readers.hpp"
#include "values/resolver.hpp"

namespace segue::values {
namespace {

class TimeOfDay : public Reader {
 public:
  explicit TimeOfDay(const Settings& settings)
      : vocabulary_(Vocabulary::of(settings.languages)), hours_(settings.hours), becomes_(settings.becomes) {}

  Reading read(std::string_view raw) const override {
    auto reading = read_time(raw);
    return becomes_ ? with_meaning(std::move(reading), *becomes_) : reading;
  }

 private:
  Reading read_time(std::string_view raw) const {
    auto [text, why] = normalised(raw);
    if (!why.empty()) return unreadable(std::move(why));
    constexpr std::u16string_view closing = u".,;!";
    if (!text.empty() && closing.find(text.back()) != closing.npos) text.pop_back();
    if (text.empty()) return unreadable("empty");
    const auto tokens = tokens_of(text, *vocabulary_);
    const auto expression = tokens ? parse_time(*tokens) : std::nullopt;
    return expression ? resolve(*expression, hours_) : unreadable("not a time of day");
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::optional<Hours> hours_;
  std::optional<Becomes> becomes_;
};

}  // namespace

std::unique_ptr<const Reader> make_time_of_day(const Settings& settings) { return std::make_unique<TimeOfDay>(settings); }

}  // namespace segue::values
