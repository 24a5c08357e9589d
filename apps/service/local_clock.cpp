#include "service/local_clock.hpp"

#include <fmt/format.h>
#include <unicode/timezone.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::service {

std::optional<Date> read_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto digits = [&](std::size_t from, std::size_t length) -> std::optional<std::int64_t> {
    const auto part = text.substr(from, length);
    if (!std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    return to_integer(part);
  };
  const auto year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  if (!year || !month || !day || *year < 1) return std::nullopt;
  const Date date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(static_cast<unsigned>(*month)),
                  std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::string text_of(const Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

bool is_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  const auto hour = to_integer(text.substr(0, 2)), minute = to_integer(text.substr(3));
  return hour && minute && *hour >= 0 && *hour < 24 && *minute >= 0 && *minute < 60 && text[0] != '-' && text[3] != '-';
}

bool is_instant(std::string_view text) {
  return text.size() == 20 && text[10] == 'T' && text[19] == 'Z' && read_date(text.substr(0, 10)) && is_time_of_day(text.substr(11, 5)) &&
         text[16] == ':' && text[17] >= '0' && text[17] <= '5' && text[18] >= '0' && text[18] <= '9';
}

struct LocalClock::Zone {
  std::unique_ptr<icu::TimeZone> zone;
};

LocalClock::LocalClock(const std::string& zone) : zone_(std::make_unique<Zone>()) {
  zone_->zone.reset(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(zone)));
  if (*zone_->zone == icu::TimeZone::getUnknown())
    throw Error(ErrorCode::usage, "\"" + zone + "\" is not a time zone", "write a name such as Asia/Seoul");
}
LocalClock::~LocalClock() = default;

Date LocalClock::date_at(std::chrono::system_clock::time_point time) const {
  const auto utc = std::chrono::floor<std::chrono::milliseconds>(time);
  std::int32_t raw = 0, saving = 0;
  UErrorCode error = U_ZERO_ERROR;
  zone_->zone->getOffset(static_cast<UDate>(utc.time_since_epoch().count()), false, raw, saving, error);
  if (U_FAILURE(error)) throw Error(ErrorCode::system, "the time zone's rules cannot be read");
  return std::chrono::floor<std::chrono::days>(utc + std::chrono::milliseconds(raw + saving));
}

}  // namespace segue::service
