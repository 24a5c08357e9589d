// What people decided about texts: each decision has an author, a time and a reason, and can be withdrawn.
// Does: write decisions down, with their audit; queue the text, so that its rows follow.
// Does not: heal rows (steps/heal.hpp), or judge whether a meaning is one the plan knows. Texts never enter the audit.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pg/connection.hpp"

namespace segue::journal {

struct Decision {
  std::string value, raw, meaning, actor, reason, at;
  std::string withdrawn_at, withdrawn_by, withdrawn_for;         // "" while it stands
};

// What a text is called where it may not be written: the first twelve digits of its SHA-256.
std::string text_id(const std::string& raw);

// Those that stand.
std::vector<Decision> open_decisions(pg::Connection& db, const std::string& plan, const std::string& value);
// All that were ever made about a text, oldest first.
std::vector<Decision> decisions_about(pg::Connection& db, const std::string& plan, const std::string& value, const std::string& raw);

// In the caller's transaction. A decision that stands is withdrawn for the new one. `shown`: what the audit says of the meaning.
void decide(pg::Connection& db, const std::string& plan, const Decision& decision, const std::string& shown);
// False if nothing stands for this text.
bool withdraw(pg::Connection& db, const std::string& plan, const Decision& decision);

}  // namespace segue::journal
