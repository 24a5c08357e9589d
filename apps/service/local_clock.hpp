// Dates as people at one place see them.
// Does: read "YYYY-MM-DD" strictly as a real calendar date; tell today's date in their time zone.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace segue::service {

using Date = std::chrono::year_month_day;
std::optional<Date> read_date(std::string_view text);
std::string text_of(const Date& date);
bool is_time_of_day(std::string_view text);                      // "08:30"
bool is_instant(std::string_view text);                          // "2026-01-31T08:30:00Z"

class LocalClock {
 public:
  // "Asia/Seoul". Error{usage} for a zone that nobody knows.
  explicit LocalClock(const std::string& zone);
  ~LocalClock();
  Date today() const { return date_at(std::chrono::system_clock::now()); }
  Date date_at(std::chrono::system_clock::time_point time) const;

 private:
  struct Zone;
  std::unique_ptr<Zone> zone_;
};

}  // namespace segue::service
