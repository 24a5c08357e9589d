#include "traffic/clinic_wishes.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

namespace segue::traffic {
namespace {

namespace json = boost::json;
constexpr std::array<const char*, 8> given = {"Alba", "Bruno", "Cleo", "Dario", "Edda", "Fiete", "Gesa", "Hugo"};
constexpr std::array<const char*, 6> fields = {"cardiology", "dermatology", "surgery", "paediatrics", "neurology", "dentistry"};

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

ClinicWishes::ClinicWishes(const ClinicPopulation& population, std::uint64_t chapter)
    : population_(population), random_(population.seed ^ (chapter * 0x9E3779B97F4A7C15ULL)), known_(population.clinics.size()) {}

bool ClinicWishes::met(std::size_t clinic, std::string_view table, const std::string& id) {
  if (owners_.emplace(id, clinic).first->second != clinic) return false;
  if (table != "doctors" && table != "patients") return true;
  if (listed_.insert(id).second) (table == "doctors" ? known_[clinic].doctors : known_[clinic].patients).push_back(id);
  return true;
}

Request ClinicWishes::request(std::size_t clinic, std::string method, const std::string& path, const json::object* body) const {
  const auto& [id, token] = population_.clinics[clinic];
  return {std::move(method), fmt::format("/api/clinics/{}/{}", id, path), body == nullptr ? "" : json::serialize(*body), {}, token, {}};
}

// Nobody can be booked before the clinic's people are known: the first requests ask for them.
ClinicWish ClinicWishes::next(std::chrono::sys_days today) {
  for (std::size_t clinic = 0; clinic < known_.size(); ++clinic) {
    if (known_[clinic].doctors.empty()) return people(clinic, "doctors");
    if (known_[clinic].patients.empty()) return people(clinic, "patients");
  }
  switch (random_.weighted(std::array{30U, 38U, 10U, 10U, 7U, 5U})) {
    case 0: return book(today);
    case 2: return move(today);
    case 3: return cancel();
    case 4: return person();
    case 5: return known_.size() > 1 ? hostile(today) : list(today);
    default: return list(today);
  }
}

std::string ClinicWishes::starts_at(std::chrono::sys_days today) {
  const auto quarter = random_.between(8 * 4, 17 * 4 + 3);
  return fmt::format("{}T{:02}:{:02}:00Z", day_text(today + std::chrono::days(random_.between(1, population_.days))), quarter / 4, quarter % 4 * 15);
}

ClinicWish ClinicWishes::people(std::size_t clinic, const std::string& table) {
  return {table == "doctors" ? "doctors" : "patients", clinic, request(clinic, "GET", table + "?limit=500"), std::nullopt};
}

ClinicWish ClinicWishes::book(std::chrono::sys_days today) {
  const auto clinic = any_clinic();
  const json::object body{{"doctor_id", random_.pick(known_[clinic].doctors)}, {"patient_id", random_.pick(known_[clinic].patients)},
                          {"starts_at", starts_at(today)}, {"minutes", minutes()}};
  auto wanted = body;
  wanted["status"] = "BOOKED";
  return {"book", clinic, request(clinic, "POST", "appointments", &body), ClinicIntent{"appointments", population_.clinics[clinic].id, "", wanted}};
}

std::optional<ClinicWishes::Own> ClinicWishes::take_booked() {
  if (booked_.empty()) return std::nullopt;
  std::swap(booked_[random_.below(booked_.size())], booked_.back());
  auto own = std::move(booked_.back());
  booked_.pop_back();
  return own;
}

ClinicWish ClinicWishes::move(std::chrono::sys_days today) {
  const auto own = take_booked();
  if (!own) return list(today);
  const json::object body{{"starts_at", starts_at(today)}, {"minutes", minutes()}};
  return {"move", own->clinic, request(own->clinic, "PATCH", "appointments/" + own->id, &body),
          ClinicIntent{"appointments", population_.clinics[own->clinic].id, own->id, body}};
}

ClinicWish ClinicWishes::cancel() {
  const auto own = take_booked();
  if (!own) return person();
  return {"cancel", own->clinic, request(own->clinic, "POST", "appointments/" + own->id + "/cancel"),
          ClinicIntent{"appointments", population_.clinics[own->clinic].id, own->id, {{"status", "CANCELLED"}}}};
}

ClinicWish ClinicWishes::list(std::chrono::sys_days today) {
  const auto clinic = any_clinic();
  switch (random_.weighted(std::array{50U, 20U, 15U, 8U, 7U})) {
    case 1: return {"list", clinic, request(clinic, "GET", "appointments?limit=50&doctor=" + random_.pick(known_[clinic].doctors)), std::nullopt};
    case 2: return {"list", clinic, request(clinic, "GET", "appointments?limit=50&patient=" + random_.pick(known_[clinic].patients)), std::nullopt};
    case 3: return {"patient", clinic, request(clinic, "GET", "patients/" + random_.pick(known_[clinic].patients)), std::nullopt};
    case 4: return people(clinic, "doctors");
    default: break;
  }
  const auto day = day_text(today + std::chrono::days(random_.between(0, population_.days)));
  return {"list", clinic, request(clinic, "GET", "appointments?limit=50&date=" + day), std::nullopt};
}

// The telephone numbers are of a block that is not given to anyone.
ClinicWish ClinicWishes::person() {
  const auto clinic = any_clinic();
  const bool doctor = random_.chance(25);
  const std::string table = doctor ? "doctors" : "patients";
  json::object body{{"first_name", random_.pick(given)}, {"last_name", random_.pick(given)},
                    {"phone", fmt::format("010-0{:03}-{:04}", random_.below(1000), random_.below(10000))}};
  if (doctor) body["specialization"] = random_.pick(fields), body["experience"] = random_.between(0, 40);
  else body["birth_date"] = day_text(std::chrono::sys_days(std::chrono::days(random_.between(-10'000, 13'000))));
  return {doctor ? "new doctor" : "new patient", clinic, request(clinic, "POST", table, &body), ClinicIntent{table, population_.clinics[clinic].id, "", body}};
}

// Each is refused or shows nothing, in every phase.
ClinicWish ClinicWishes::hostile(std::chrono::sys_days today) {
  const auto clinic = any_clinic();
  const auto victim = (clinic + 1 + random_.below(known_.size() - 1)) % known_.size();
  const auto &doctor = random_.pick(known_[victim].doctors), &patient = random_.pick(known_[victim].patients);
  const json::object body{{"doctor_id", doctor}, {"patient_id", random_.pick(known_[clinic].patients)}, {"starts_at", starts_at(today)}, {"minutes", 15}};
  const json::object phone{{"phone", "010-0000-0000"}};
  ClinicWish wish{"hostile", clinic, {}, std::nullopt, true};
  const auto theirs = booked_.empty() ? Own{victim, "nobody"} : random_.pick(booked_);
  switch (random_.below(7)) {
    case 0: wish.request = request(theirs.clinic == clinic ? victim : clinic, "GET", "appointments/" + theirs.id); break;
    case 1: wish.request = request(clinic, "POST", "appointments", &body); break;
    case 2: wish.request = request(theirs.clinic == clinic ? victim : clinic, "POST", "appointments/" + theirs.id + "/cancel"); break;
    case 3: wish.request = request(clinic, "GET", "appointments?doctor=" + doctor); break;
    case 4: wish.request = request(clinic, "PATCH", "patients/" + patient, &phone); break;
    case 5: wish.request = request(clinic, "GET", "patients/%27%20OR%20%271%27=%271"); break;
    default:
      wish.request = request(victim, "GET", "doctors");
      wish.request.token = population_.clinics[clinic].token;
  }
  return wish;
}

}  // namespace segue::traffic
