// What every ledger of intents does, whoever the people are.
// Does: continue a file that was cut; give each intent a key that no other intent of any ledger has; write lines.
// Does not: know what an intent or its outcome says.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "traffic/line_file.hpp"

namespace segue::traffic {

class IntentLedger {
 public:
  // The number of the next intent: 1 in a new file, else behind the last one of the runs before.
  std::uint64_t next_number() const { return next_number_; }
  void begin(std::uint64_t seed);
  void end();

 protected:
  struct Before {
    std::string name;                                            // empty where nothing was begun
    std::uint64_t last_number = 0;
  };
  // Creates or continues the file; `read` is given its path and what is in it. Error{system} if it cannot be written or another run
  // writes it, and what `read` throws.
  IntentLedger(std::string path, const std::function<Before(const std::string&, std::string_view)>& read);
  ~IntentLedger() = default;
  std::string ask(const boost::json::object& fields);            // the key
  void write(std::string_view op, const boost::json::object& fields);

 private:
  LineFile file_;
  std::string name_, key_start_;
  std::uint64_t next_number_;
};

}  // namespace segue::traffic
