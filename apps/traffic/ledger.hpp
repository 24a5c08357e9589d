// The patients' own record of what they were told: JSON lines, append-only.
// Does: write each line with one write(), so that a kill leaves at most the last one cut; read it back,
//       tolerating that, and refusing any other damage with its line number.
// Does not: hold patient data; ids, days, services and made-up client ids only.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace segue::traffic {

// A booking the service acknowledged.
struct Booking {
  std::string id, date, service, form, variant;
  std::string status;                                            // the last one acknowledged
  bool operator==(const Booking&) const = default;
};

class Ledger {
 public:
  // Creates or continues the file; Error{system} if it cannot.
  explicit Ledger(const std::string& path);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  void begin(std::uint64_t seed, int in_flight);
  void book(const Booking& booking);
  void status(std::string_view id, std::string_view status);
  // No answer came: it may have been done. `what` is "book" or "status".
  void lost(std::string_view what, std::string_view client);
  void end();

 private:
  void write(std::string line);
  std::string path_;
  int file_;
};

// What a ledger, or several of parallel runs, add up to.
struct Record {
  std::map<std::string, Booking> bookings;                       // by id
  std::vector<std::string> doubled;                              // ids acknowledged to two requests
  std::chrono::sys_time<std::chrono::milliseconds> first{};      // time of the first line
  std::uint64_t lines = 0, status_changes = 0;
  std::uint64_t lost_bookings = 0, lost_changes = 0;
  std::uint64_t cut_short = 0;                                   // requests that may have been open when a run was killed
  bool last_line_cut = false;
};

// Adds the ledger's text; Error{usage} "name:line: ..." for a line that is not the ledger's.
void read_ledger(Record& record, const std::string& name, std::string_view text);

}  // namespace segue::traffic
