// What a ledger, or several of parallel runs, add up to.
// Does: read the lines back, tolerating what a kill cuts off, refusing any other damage with its line number.
// Does not: know the database. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "traffic/line_file.hpp"

namespace segue::traffic {

struct Asked {
  std::string date, service;
  std::string form;                                              // "old" or "new" client program
  std::string period;                                            // what the patient meant, in whichever words
  bool operator==(const Asked&) const = default;
};

// An acknowledgement. Either a time (old path) or a period and minutes (new path).
struct Told {
  std::string id, variant, status, date, time, period;
  std::int64_t minutes = 0;
  bool repeated = false;                                         // it was there already: `variant` need not be who accepted it
  bool operator==(const Told&) const = default;
};

// A booking somebody asked for, under its key: booked, or perhaps. What was certainly not done is only counted.
struct Intent {
  enum class Outcome { open, lost, booked } outcome = Outcome::open;  // open: a kill came before the answer
  Asked asked;
  Time asked_at{}, ended_at{};
  std::string id;                                                // of the booking it became
  int tries = 0;                                                 // until its outcome
  bool may_be_done() const { return outcome != Outcome::booked; }
};

// A booking the service acknowledged.
struct Booking {
  std::string key;
  Asked asked;
  Told told;
  std::string status;                                            // the last one acknowledged
  std::vector<std::string> unsure;                               // statuses asked for whose answer nobody has
  std::string disorder;                                          // an acknowledged change that must not be: "CANCELLED, then CONFIRMED"
};

// Whether a status may follow another.
bool may_follow(std::string_view status, std::string_view before);

struct Record {
  std::map<std::string, Booking> bookings;                       // by id
  std::map<std::string, Intent> intents;                         // by key
  std::map<std::string, std::string> doubled;                    // id -> how it was acknowledged twice
  Time first{};                                                  // time of the first line
  std::uint64_t lines = 0, asked = 0, status_changes = 0, failed = 0;
  std::uint64_t repeated = 0;                                    // bookings acknowledged after more than one try
  std::uint64_t lost_bookings = 0, lost_changes = 0;
  std::string name;                                              // of the last ledger read: the start of its keys
  std::uint64_t last_number = 0;                                 // of its bookings
  bool last_line_cut = false;
};

// Adds the ledger's text; Error{usage} "name:line: ..." for a line that is not the ledger's.
void read_ledger(Record& record, const std::string& name, std::string_view text);

}  // namespace segue::traffic
