// The patients' own record of what they asked for and what they were told: JSON lines, append-only.
// Does: write the intent before the request goes out and its one outcome after the answer; give each booking its
//       Idempotency-Key; continue a file that was cut.
// Does not: hold patient data; ids, days, services and the made-up wish for a time only.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "traffic/line_file.hpp"
#include "traffic/record.hpp"

namespace segue::traffic {

class Ledger {
 public:
  // Creates or continues the file. Error{system} if it cannot be written or another run writes it; Error{usage} if it is no ledger.
  explicit Ledger(std::string path);

  // The number of the next booking: 1 in a new file, else behind the last one of the runs before.
  std::uint64_t next_number() const { return next_number_; }
  void begin(std::uint64_t seed);
  // A booking is about to be sent; its key, which no other intent of any ledger has.
  std::string ask(const Asked& asked);
  void book(std::string_view key, const Told& told, int tries);
  // A change of status is about to be sent, and was made.
  void change(std::string_view id, std::string_view status);
  void status(std::string_view id, std::string_view status);
  // Of a booking's key or a changed booking's id. Not done: "full", "refused" or "failed"; lost: it may have been done.
  void not_done(std::string_view what, std::string_view why);
  void lost(std::string_view what);
  void end();

 private:
  LineFile file_;
  std::string name_, key_start_;
  std::uint64_t next_number_ = 1;
};

}  // namespace segue::traffic
