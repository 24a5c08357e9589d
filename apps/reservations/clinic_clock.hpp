// Dates as the clinic sees them.
// Does: read "YYYY-MM-DD" strictly as a real calendar date; tell today's date in the clinic's time zone.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace segue::reservations {

using Date = std::chrono::year_month_day;
std::optional<Date> read_date(std::string_view text);
std::string text_of(const Date& date);

class ClinicClock {
 public:
  // "Asia/Seoul". Error{usage} for a zone that nobody knows.
  explicit ClinicClock(const std::string& zone);
  ~ClinicClock();
  Date today() const { return date_at(std::chrono::system_clock::now()); }
  Date date_at(std::chrono::system_clock::time_point time) const;

 private:
  struct Zone;
  std::unique_ptr<Zone> zone_;
};

}  // namespace segue::reservations
