#include "traffic/patients.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

namespace segue::traffic {
namespace {

constexpr std::array<const char*, 6> services = {"WRINKLE_BOTOX", "VOLUME_LIFTING", "SKIN_CARE",
                                                 "REMOVAL_PROCEDURE", "BODY_CARE", "OTHER_CONSULTATION"};
// As people write them into a free text field; each can be read, whatever they mean by it.
constexpr std::array<std::string_view, 14> mornings = {
    "09:00", "9:00", "10:00", "10:30", "11:00", "9:00 AM", "10am", "오전 9시", "오전 10시 30분", "오전", "morning",
    "10시", "0930", "10:00~11:00"};
constexpr std::array<std::string_view, 14> afternoons = {
    "14:00", "14:30", "15:00", "16:00", "17:00", "2:00 PM", "3pm", "오후 2시", "오후 3시 30분", "오후", "afternoon",
    "15시", "1430", "14:00~15:00"};
constexpr std::array<std::string_view, 8> syllables = {"가", "나", "다", "라", "마", "바", "사", "아"};

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

Patients::Patients(const Population& population) : population_(population), random_(population.seed) {
  for (int i = 0; i < population.patients; ++i) patients_.push_back(make_patient());
  if (population.chapter > 0) random_ = Random(population.seed ^ (population.chapter * 0x9E3779B97F4A7C15ULL));
}

// The phone numbers are of a block that is not given to anyone.
Patients::Patient Patients::make_patient() {
  Patient patient;
  patient.client = random_.uuid();
  for (int i = 0; i < 3; ++i) patient.name += random_.pick(syllables);
  const auto number = random_.below(10'000'000);
  patient.phone = fmt::format("010-0{:03}-{:04}", number / 10'000, number % 10'000);
  patient.birth_date = day_text(std::chrono::sys_days(std::chrono::days(random_.between(-10'000, 13'000))));
  patient.gender = std::array{"FEMALE", "MALE", "OTHER"}[random_.weighted(std::array{70U, 28U, 2U})];
  patient.old_client = random_.chance(static_cast<unsigned>(population_.old_share));
  return patient;
}

Wish Patients::next(std::chrono::sys_days today) {
  const bool admin = !population_.token.empty();
  switch (random_.weighted(std::array{35U, 40U, 15U, 10U})) {
    case 0: return book(today);
    case 2: if (admin && !own_.empty()) return change_status(); break;
    case 3: if (admin) return listing(today); break;
    default: break;
  }
  return availability(today);
}

std::string Patients::draw_day(std::chrono::sys_days today) {
  return day_text(today + std::chrono::days(random_.between(1, population_.days)));
}

std::string Patients::draw_service() { return services[random_.weighted(std::array{34U, 17U, 23U, 11U, 6U, 9U})]; }

// Hot: the two next days that are no Sunday, two services.
Place Patients::draw_place(std::chrono::sys_days today) {
  if (!random_.chance(static_cast<unsigned>(population_.hot_share))) return {draw_day(today), draw_service(), draw_period()};
  auto day = today;
  for (auto left = random_.between(1, 2); left > 0; left -= std::chrono::weekday(day) != std::chrono::Sunday) day += std::chrono::days(1);
  return {day_text(day), services[random_.chance(50) ? 0 : 2], draw_period()};
}

Wish Patients::book(std::chrono::sys_days today) {
  if (again_.empty() || random_.chance(50)) return booking(random_.below(patients_.size()), draw_place(today));
  const Again again = again_.front();
  again_.pop_front();
  return booking(again.patient, random_.chance(50) ? again.freed : draw_place(today));
}

Wish Patients::booking(std::size_t number, const Place& place) {
  const Patient& patient = patients_[number];
  Wish wish;
  wish.op = Op::book;
  wish.patient = number;
  wish.place = place;
  wish.form = patient.old_client ? "old" : "new";
  boost::json::object body{{"patient_name", patient.name}, {"phone", patient.phone}, {"birth_date", patient.birth_date},
                           {"gender", patient.gender}, {"treatment_type", random_.chance(40) ? "FIRST_VISIT" : "FOLLOW_UP"},
                           {"service", place.service}, {"preferred_date", place.date}};
  if (patient.old_client)
    body["preferred_time"] = random_.pick(place.period == "MORNING" ? mornings : afternoons);
  else
    body["period"] = place.period;
  wish.request = {"POST", "/api/public/reservations", boost::json::serialize(body), patient.client, {}, {}};
  return wish;
}

Wish Patients::availability(std::chrono::sys_days today) {
  Wish wish;
  wish.patient = random_.below(patients_.size());
  const Patient& patient = patients_[wish.patient];
  const auto service = draw_service();
  const auto day = draw_day(today);
  std::string path = fmt::format("/api/public/reservations/availability?service={}&date={}", service, day);
  if (!patient.old_client) path += "&period=" + draw_period();
  wish.request = {"GET", std::move(path), {}, patient.client, {}, {}};
  return wish;
}

Wish Patients::change_status() {
  std::swap(own_[random_.below(own_.size())], own_.back());
  const Own own = std::move(own_.back());
  own_.pop_back();
  Wish wish;
  wish.op = Op::status;
  wish.id = own.id;
  wish.patient = own.patient;
  wish.place = own.place;
  wish.had = own.status;
  wish.wanted = own.status == "PENDING" && random_.chance(45) ? "CONFIRMED" : "CANCELLED";
  wish.request = {"POST", fmt::format("/api/admin/reservations/{}/status", own.id),
                  boost::json::serialize(boost::json::object{{"status", wish.wanted}}),
                  patients_[own.patient].client, population_.token, {}};
  return wish;
}

Wish Patients::listing(std::chrono::sys_days today) {
  Wish wish;
  wish.op = Op::listing;
  wish.request = {"GET", fmt::format("/api/admin/reservations?date={}&limit=20", draw_day(today)), {}, {}, population_.token, {}};
  return wish;
}

// A booking whose state is not certain is left alone from then on.
void Patients::learn(const Wish& wish, const Verdict& verdict) {
  if (verdict.failed || verdict.full || verdict.refused) return;
  if (wish.op == Op::book) own_.push_back({verdict.id, verdict.status, wish.patient, wish.place});
  if (wish.op != Op::status) return;
  if (wish.wanted == "CONFIRMED") own_.push_back({wish.id, wish.wanted, wish.patient, wish.place});
  if (wish.wanted == "CANCELLED" && random_.chance(60)) again_.push_back({wish.patient, wish.place});
}

}  // namespace segue::traffic
