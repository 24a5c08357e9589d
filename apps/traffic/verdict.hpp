// What an answer means for the patient who asked.
// Does: tell done, full, refused and failed apart; whether a failed request may have been done all the same;
//       whether asking again is safe, and when.
// Does not: send or record anything. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "traffic/http_message.hpp"

namespace segue::traffic {

enum class Op { book, availability, status, listing };
std::string_view name_of(Op op);

struct Verdict {
  bool failed = false;
  bool full = false;                                             // 409 to a booking: a correct answer
  bool refused = false;                                          // 409 to a change of status: a correct answer
  bool unknown = false;                                          // failed, and whether it was done nobody can tell
  bool repeatable = false;                                       // failed, and the same request may be sent again
  std::string reason;                                            // of a failure, without anybody's data
  std::string variant;                                           // "old", "new", or empty where the answer does not say
  std::string id, status;                                        // of a booking that was done
  std::string date, time, period;                                // of a booking, where the answer tells
  std::int64_t minutes = 0;
  bool repeated = false;                                         // an earlier try had done it
  bool made = false, changed = false;                            // done: a booking; a change of one
};
// Every request here may be sent twice: a booking carries a key, a status is set to a value, the rest only reads.
Verdict judge(Op op, const Answer& answer);
// Of any system: an answer that is neither a success nor one of its own refusals. `writes`: it may have been done all the same.
Verdict judge_failure(const Answer& answer, bool writes);
Verdict malformed_answer(bool writes);
// The code of a JSON error, where it is one: a word, never a text that could hold anything.
std::string error_of(const std::string& text);

// How long to wait after the `tries`-th try, the longer the more there were; with a random part, so that those who
// failed together do not come back together.
std::chrono::milliseconds pause_after(int tries, Random& random);

}  // namespace segue::traffic
