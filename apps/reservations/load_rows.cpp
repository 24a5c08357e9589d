#include "reservations/load_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace segue::reservations {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr int coming_days = 30;
constexpr std::int64_t coming_most = 45;                         // at most two a day: live booking needs the room
constexpr int past_days = 730;
constexpr std::int64_t most_patients = 100'000;

constexpr std::array<std::string_view, 10> family = {"김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"};
constexpr std::array<std::string_view, 16> given = {"서", "지", "민", "하", "수", "도", "예", "준",
                                                    "은", "현", "우", "채", "연", "진", "유", "원"};
constexpr std::array<std::string_view, 12> latin = {"ma", "ri", "no", "el", "ta", "so", "li", "an", "ve", "ko", "da", "mi"};
constexpr std::array<const char*, 6> services = {"WRINKLE_BOTOX", "VOLUME_LIFTING", "SKIN_CARE",
                                                 "REMOVAL_PROCEDURE", "BODY_CARE", "OTHER_CONSULTATION"};
constexpr std::array<std::string_view, 8> notes = {"첫 방문입니다", "주차 가능한가요?", "please call before the visit",
                                                   "민감성 피부", "알레르기 있음", "second visit this year",
                                                   "시간 변경 가능", "일찍 도착할 수 있어요"};

std::string latin_name(Random& random, std::int64_t syllables) {
  std::string name;
  for (; syllables > 0; --syllables) name += random.pick(latin);
  name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return name;
}

// Backslash, tab and line ends mean something to COPY.
void append_text(std::string& lines, std::string_view text) {
  for (const char c : text) {
    if (c == '\\') lines += "\\\\";
    else if (c == '\t') lines += "\\t";
    else if (c == '\n') lines += "\\n";
    else if (c == '\r') lines += "\\r";
    else lines += c;
  }
  lines += '\t';
}

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string time_text(std::chrono::sys_seconds at) {
  const auto day = std::chrono::floor<days>(at);
  const auto rest = (at - day).count();
  return fmt::format("{} {:02}:{:02}:{:02}", day_text(day), rest / 3600, rest / 60 % 60, rest % 60);
}

bool is_sunday(std::chrono::sys_days day) { return std::chrono::weekday(day) == std::chrono::Sunday; }

}  // namespace

const std::vector<std::string>& old_columns() {
  static const std::vector<std::string> columns = {
      "id", "patientName", "phone", "email", "birthDate", "gender", "treatmentType", "service", "preferredDate",
      "preferredTime", "status", "notes", "adminNotes", "createdAt", "updatedAt", "statusChangedAt", "statusChangedBy"};
  return columns;
}

Rows::Rows(std::int64_t rows, std::uint64_t seed, std::chrono::sys_days today)
    : rows_(rows), coming_(std::min(coming_most, rows / 20)), today_(today), random_(seed) {
  for (int ahead = 1; ahead <= coming_days; ++ahead)
    if (!is_sunday(today_ + days(ahead))) open_days_.push_back(today_ + days(ahead));
  const auto patients = std::min(most_patients, rows / 4 + 1);
  patients_.reserve(static_cast<std::size_t>(patients));
  for (std::int64_t i = 0; i < patients; ++i) patients_.push_back(make_patient());
}

Rows::Patient Rows::make_patient() {
  Patient patient;
  if (random_.chance(85)) {
    patient.name = std::string(random_.pick(family));
    patient.name += random_.pick(given);
    patient.name += random_.pick(given);
  } else {
    patient.name = latin_name(random_, 2) + ' ';
    patient.name += latin_name(random_, random_.between(2, 3));
  }
  const auto number = random_.below(10'000'000);
  patient.phone = fmt::format("010-0{:03}-{:04}", number / 10'000, number % 10'000);
  if (random_.chance(40)) patient.email = fmt::format("patient{}@example.com", number);
  patient.birth_date = day_text(today_ - days(random_.between(18 * 365, 85 * 365)));
  patient.gender = std::array{"FEMALE", "MALE", "OTHER"}[random_.weighted(std::array{72U, 26U, 2U})];
  return patient;
}

bool Rows::next(std::string& lines) {
  if (written_ == rows_) return false;
  const bool coming = written_ >= rows_ - coming_;
  const Visit visit = coming ? coming_visit() : past_visit();
  write(lines, random_.pick(patients_), visit, status_of(coming));
  return ++written_ < rows_;
}

// Rows are written in the order they were created, as in a table that grew.
Rows::Visit Rows::past_visit() {
  const auto first = today_ - days(past_days);
  const auto past = rows_ - coming_;
  const auto created_day = first + days((past_days - 2) * written_ / std::max<std::int64_t>(past, 1));
  Visit visit{created_day + seconds(random_.between(8 * 3600, 23 * 3600)), {}, times_.any(random_).text};
  const auto yesterday = today_ - days(1);
  const auto furthest = std::min<std::int64_t>((yesterday - created_day).count(), 28);
  // The smaller of two draws: most people book for one of the next days.
  const auto ahead = std::min(random_.between(1, furthest), random_.between(1, furthest));
  visit.day = created_day + days(ahead);
  if (is_sunday(visit.day) && visit.day < yesterday) visit.day += days(1);
  return visit;
}

// The clinic is shut on Sundays and on Saturday afternoons; and only readable wishes, so that a decision about
// an unreadable one cannot fill a period afterwards.
Rows::Visit Rows::coming_visit() {
  const auto number = static_cast<std::size_t>(written_ - (rows_ - coming_));
  const auto day = open_days_[number % open_days_.size()];
  const auto created = today_ - days(random_.between(1, 10)) + seconds(random_.between(8 * 3600, 23 * 3600));
  const bool saturday = std::chrono::weekday(day) == std::chrono::Saturday;
  return {created, day, (saturday ? times_.morning(random_) : times_.readable(random_)).text};
}

const char* Rows::status_of(bool coming) {
  if (coming) return random_.chance(45) ? "PENDING" : "CONFIRMED";
  constexpr std::array statuses = {"COMPLETED", "CANCELLED", "NO_SHOW", "CONFIRMED", "PENDING"};
  return statuses[random_.weighted(std::array{78U, 13U, 7U, 1U, 1U})];
}

// A visit that took place, or did not, is marked on its day; all else is settled before it, and before today.
std::chrono::sys_seconds Rows::changed_at(const Visit& visit, std::string_view status) {
  if (status == "PENDING") return visit.created;
  if (status == "COMPLETED" || status == "NO_SHOW") return visit.day + seconds(random_.between(10 * 3600, 18 * 3600));
  return visit.created + seconds(random_.between(0, (std::min(visit.day, today_) - visit.created).count()));
}

void Rows::write(std::string& lines, const Patient& patient, const Visit& visit, std::string_view status) {
  const auto changed = time_text(changed_at(visit, status));
  append_text(lines, random_.uuid());
  append_text(lines, patient.name);
  append_text(lines, patient.phone);
  if (patient.email.empty()) lines += "\\N\t"; else append_text(lines, patient.email);
  append_text(lines, patient.birth_date);
  append_text(lines, patient.gender);
  append_text(lines, random_.chance(38) ? "FIRST_VISIT" : "FOLLOW_UP");
  append_text(lines, services[random_.weighted(std::array{34U, 17U, 23U, 11U, 6U, 9U})]);
  append_text(lines, day_text(visit.day));
  append_text(lines, visit.time);
  append_text(lines, status);
  if (random_.chance(18)) append_text(lines, random_.pick(notes)); else lines += "\\N\t";
  if (random_.chance(4)) append_text(lines, "확인 전화 완료"); else lines += "\\N\t";
  append_text(lines, time_text(visit.created));
  append_text(lines, changed);
  append_text(lines, changed);
  lines += status == "PENDING" ? "\\N\n" : "desk\n";
}

}  // namespace segue::reservations
