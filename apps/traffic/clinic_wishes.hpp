// What a reception may want, drawn from what is known of its clinic and of the others.
// Does: requests, and the intents that belong to them. Does not: keep a ledger or judge an answer.
#pragma once
#include <map>
#include <optional>

#include "base/random.hpp"
#include "traffic/clinic_crowd.hpp"
#include "traffic/clinic_record.hpp"

namespace segue::traffic {

struct ClinicWish {
  std::string_view name;                                         // of the kind of request
  std::size_t clinic = 0;                                        // who asks
  Request request;
  std::optional<ClinicIntent> intent;                            // of what writes
  bool hostile = false;                                          // it asks for another clinic's: it must come to nothing
};

class ClinicWishes {
 public:
  struct Own { std::size_t clinic; std::string id; };
  ClinicWishes(const ClinicPopulation& population, std::uint64_t chapter);
  ClinicWish next(std::chrono::sys_days today);
  // A row that an answer showed or made: whose it is. False: it is known as another clinic's.
  bool met(std::size_t clinic, std::string_view table, const std::string& id);
  // An appointment that is booked and about which nothing is asked now.
  void keep(Own own) { booked_.push_back(std::move(own)); }

 private:
  struct Known { std::vector<std::string> doctors, patients; };
  std::size_t any_clinic() { return random_.below(population_.clinics.size()); }
  Request request(std::size_t clinic, std::string method, const std::string& path, const boost::json::object* body = nullptr) const;
  ClinicWish people(std::size_t clinic, const std::string& table);
  ClinicWish book(std::chrono::sys_days today);
  ClinicWish move(std::chrono::sys_days today);
  ClinicWish cancel();
  ClinicWish list(std::chrono::sys_days today);
  ClinicWish person();
  ClinicWish hostile(std::chrono::sys_days today);
  std::string starts_at(std::chrono::sys_days today);
  std::int64_t minutes() { return 15 * random_.between(1, 4); }
  std::optional<Own> take_booked();

  ClinicPopulation population_;
  Random random_;
  std::vector<Known> known_;
  std::vector<Own> booked_;
  std::map<std::string, std::size_t, std::less<>> owners_;       // id -> clinic
  std::set<std::string, std::less<>> listed_;                    // doctors and patients in known_
};

}  // namespace segue::traffic
