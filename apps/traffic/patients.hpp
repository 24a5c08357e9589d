// Made-up patients and what they want next.
// Does: draw from the mix (35 % book, 40 % availability, 15 % confirm or cancel an own booking, 10 % list a day),
//       keep who is who (phone, X-Client-Id, old or new client program) and which bookings are theirs.
// Does not: send requests. The same seed and answers give the same wishes. One request at a time for each booking.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "traffic/verdict.hpp"

namespace segue::traffic {

struct Population {
  std::uint64_t seed = 1;
  int patients = 2000;
  int old_share = 50;                                            // percent of patients with an old client program
  int days = 30;                                                 // bookings are for these coming days
  std::string token;                                             // of the admin endpoints; empty: those are not asked
};

struct Wish {
  Op op = Op::availability;
  Request request;
  std::string date, service, form;                               // of a booking
  std::string id, had, wanted;                                   // of a change of status: from, to
};

class Patients {
 public:
  explicit Patients(const Population& population);
  Wish next(std::chrono::sys_days today);
  // What became of it: an acknowledged booking may be confirmed and cancelled later.
  void learn(const Wish& wish, const Verdict& verdict);

 private:
  struct Patient { std::string client, name, phone, birth_date, gender; bool old_client; };
  struct Own { std::string id, client, status; };
  Patient make_patient();
  Wish book(std::chrono::sys_days today);
  Wish availability(std::chrono::sys_days today);
  Wish change_status();
  Wish listing(std::chrono::sys_days today);
  std::string draw_day(std::chrono::sys_days today);
  std::string draw_service();

  Population population_;
  Random random_;
  std::vector<Patient> patients_;
  std::vector<Own> own_;                                         // acknowledged, active, nothing asked about them now
  std::vector<int> hot_days_;
};

}  // namespace segue::traffic
