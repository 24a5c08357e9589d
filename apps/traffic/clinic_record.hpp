// The ledger of clinics: what receptions asked for and were told, written and read back.
// Does: an intent before its request goes out, its one outcome after the answer, and every row of another clinic that was seen; add up
//       what each appointment, doctor and patient must be. Lines that a kill cut off are tolerated, any other damage is refused.
// Does not: know the database. Names and telephone numbers in it are made up.
#pragma once
#include <boost/json/object.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "traffic/intent_ledger.hpp"
#include "traffic/record.hpp"

namespace segue::traffic {

// What somebody is about to ask for. Fields are those of the API. A change names the row by id, something new has none yet.
struct ClinicIntent {
  std::string table, clinic, id;                                 // table: "appointments", "doctors", "patients"
  boost::json::object fields;
};

// A row as it was acknowledged.
struct ClinicItem {
  std::string table, clinic, variant;
  boost::json::object fields;                                    // last acknowledged
  std::vector<boost::json::object> unsure;                       // asked for, and nobody knows what became of it
};

struct ClinicRecord {
  std::map<std::string, ClinicItem> items;                       // by id
  std::map<std::string, ClinicIntent> open;                      // by key: without an outcome, or it was lost
  std::map<std::string, std::string> doubled;                    // id -> how it was acknowledged twice
  std::vector<std::pair<std::string, std::string>> foreign;      // clinic, and the id of another's row it was shown
  Time first{};
  std::uint64_t lines = 0, asked = 0, changes = 0, lost = 0, failed = 0, last_number = 0;
  std::string name;
  bool last_line_cut = false;
};
void read_clinic_ledger(ClinicRecord& record, const std::string& name, std::string_view text);

class ClinicLedger : public IntentLedger {
 public:
  explicit ClinicLedger(std::string path);
  std::string ask(const ClinicIntent& intent);                   // the intent's key
  void done(std::string_view key, std::string_view id, std::string_view variant);
  void not_done(std::string_view key, std::string_view why);
  void lost(std::string_view key);
  void foreign(std::string_view clinic, std::string_view id);
};

}  // namespace segue::traffic
