// The patients' own record of what they asked for and what they were told: JSON lines, append-only.
// Does: write the intent before the request goes out and its one outcome after the answer; give each booking its Idempotency-Key.
// Does not: hold patient data; ids, days, services and the made-up wish for a time only.
#pragma once
#include <string>
#include <string_view>

#include "traffic/intent_ledger.hpp"
#include "traffic/record.hpp"

namespace segue::traffic {

class Ledger : public IntentLedger {
 public:
  // Error{usage} if the file is no ledger; else as IntentLedger.
  explicit Ledger(std::string path);

  // A booking is about to be sent; its key, which is its Idempotency-Key.
  std::string ask(const Asked& asked);
  void book(std::string_view key, const Told& told, int tries);
  // A change of status is about to be sent, and was made.
  void change(std::string_view id, std::string_view status);
  void status(std::string_view id, std::string_view status);
  // Of a booking's key or a changed booking's id. Not done: "full", "refused" or "failed"; lost: it may have been done.
  void not_done(std::string_view what, std::string_view why);
  void lost(std::string_view what);
};

}  // namespace segue::traffic
