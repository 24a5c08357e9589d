// What an answer means for the patient who asked.
// Does: tell done, full, refused and failed apart, and whether a failed request may have been done all the same.
// Does not: send or record anything. Pure.
#pragma once
#include <string>
#include <string_view>

#include "traffic/http_load.hpp"

namespace segue::traffic {

enum class Op { book, availability, status, listing };
std::string_view name_of(Op op);

struct Verdict {
  bool failed = false;
  bool full = false;                                             // 409 to a booking: a correct answer
  bool refused = false;                                          // 409 to a change of status: a correct answer
  bool unknown = false;                                          // failed, and whether it was done nobody can tell
  std::string reason;                                            // of a failure, without anybody's data
  std::string variant, id, status;                               // of a booking or a change that was done
};
Verdict judge(Op op, const Answer& answer);

}  // namespace segue::traffic
