// Places where a test can ask for harm: SEGUE_FAULT="NAME[:NTH]=kill|error|cut|stop" in the environment of segue.
// Does: end the process (kill -9), throw, cut the connection in use, or stop the process so that the server can be restarted
//       meanwhile; SEGUE_FAULT=trace only names each point that is passed. Points are listed in faults.def.
// Does not: cost anything when not asked for (one look at a bool); work in programs that do not call arm().
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace segue::fault {

enum class Point {
#define SEGUE_FAULT_POINT(name, where, meaning) name,
#define SEGUE_FAULT_COMMIT(name, where, meaning) name,
#include "base/faults.def"
#undef SEGUE_FAULT_POINT
#undef SEGUE_FAULT_COMMIT
};
enum class Stage { here, before, sent, after };                  // here: of a single point; the others: of a COMMIT

// Reads SEGUE_FAULT. Error{usage} if it names no point or no harm.
void arm();

namespace detail {
inline bool armed = false;                                       // written once, before the first thread
void hit(Point point, Stage stage, int socket);
}  // namespace detail

// `socket`: of the connection that a cut is about.
inline void point(Point at, int socket, Stage stage = Stage::here) {
  if (detail::armed) [[unlikely]] detail::hit(at, stage, socket);
}

// "step_done.sent", "locks_had", ...: what SEGUE_FAULT may name.
std::vector<std::string> all_names();
// docs/faults.md, made from the list.
std::string table_markdown();

}  // namespace segue::fault
