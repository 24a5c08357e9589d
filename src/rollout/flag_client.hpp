// What an application links to ask for flags; no dependency on the engine.
// Does: keep all flags of a database in memory, follow changes by LISTEN, re-read after a lost connection and
//       every `reread` as belt and braces. Asking is a hash and a table look-up, never a round trip.
// An override (an emergency switch of the process) stands whatever the flag says, and is told to segue with each
// acknowledgement: a rollout or retire that counts on this process then refuses and names it.
// Does not: fail the application. No journal yet, no database, no right to read: every flag is off (0 %) until the first
//       successful read; after that the last known state stays.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace segue::rollout {

struct FlagState {
  std::string key;                                               // "segue.hospital-services.dynamic-services"
  int percent = 0;                                               // what is_on() goes by
  std::int64_t revision = 0;
  bool overridden = false;                                       // percent is this process's own, not the flag's
};

class FlagClient {
 public:
  struct Options {
    std::string url;
    std::string application_name = "flag-client";
    std::chrono::milliseconds reread{5000};
    std::map<std::string, int> overrides;                        // key -> percent; the flag itself is not followed
    std::function<void(const FlagState&)> on_change;             // called on the client's own thread
  };
  explicit FlagClient(Options options);                          // starts a thread; returns after the first read or 2 s
  ~FlagClient();
  bool is_on(std::string_view flag_key, std::string_view targeting_key) const;
  int percent(std::string_view flag_key) const;
  std::vector<FlagState> all() const;
  bool is_connected() const;
  // Reads again at once, on its own thread: for a caller that saw a sign of a change it was not told of.
  void reread();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The full key of a plan's flag.
std::string flag_key(std::string_view plan, std::string_view flag);
inline constexpr std::string_view flags_channel = "segue_flags";

}  // namespace segue::rollout
