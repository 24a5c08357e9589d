// Made-up patients and what they want next.
// Does: draw from the mix (35 % book, 40 % availability, 15 % confirm or cancel an own booking, 10 % list a day),
//       keep who is who (phone, X-Client-Id, old or new client program) and which bookings are theirs. Some bookings
//       all aim at a few hot places; who has cancelled books again, half of them the place they gave back.
// Does not: send requests. The same seed and answers give the same wishes. One request at a time for each booking.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "traffic/verdict.hpp"

namespace segue::traffic {

struct Population {
  std::uint64_t seed = 1;
  std::uint64_t chapter = 0;                                     // another for each run: the same patients, other wishes
  int patients = 2000;
  int old_share = 50;                                            // percent of patients with an old client program
  int hot_share = 20;                                            // percent of bookings that aim at the hot places
  int days = 30;                                                 // bookings are for these coming days
  std::string token;                                             // of the admin endpoints; empty: those are not asked
};

struct Place { std::string date, service, period; };

struct Wish {
  Op op = Op::availability;
  Request request;
  std::size_t patient = 0;
  Place place;                                                   // of a booking; of a cancellation: what it gives back
  std::string form;                                              // of a booking: "old" or "new" client program
  std::string id, had, wanted;                                   // of a change of status: from, to
};

class Patients {
 public:
  explicit Patients(const Population& population);
  Wish next(std::chrono::sys_days today);
  // What became of it in the end: an acknowledged booking may be confirmed and cancelled later.
  void learn(const Wish& wish, const Verdict& verdict);

 private:
  struct Patient { std::string client, name, phone, birth_date, gender; bool old_client; };
  struct Own { std::string id, status; std::size_t patient; Place place; };
  struct Again { std::size_t patient; Place freed; };
  Patient make_patient();
  Wish book(std::chrono::sys_days today);
  Wish booking(std::size_t patient, const Place& place);
  Wish availability(std::chrono::sys_days today);
  Wish change_status();
  Wish listing(std::chrono::sys_days today);
  Place draw_place(std::chrono::sys_days today);
  std::string draw_day(std::chrono::sys_days today);
  std::string draw_service();
  std::string draw_period() { return random_.chance(45) ? "MORNING" : "AFTERNOON"; }

  Population population_;
  Random random_;
  std::vector<Patient> patients_;
  std::vector<Own> own_;                                         // acknowledged, active, nothing asked about them now
  std::deque<Again> again_;                                      // have cancelled and will book again
};

}  // namespace segue::traffic
