// Back after the contract: what a revert would do and what it cannot bring back, said before it is done; archives and their end.
// Does: choose the phase to go back to, look, refuse. The way back itself is rollback's.
#pragma once
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "steps/going_back.hpp"
#include "steps/needs.hpp"

namespace segue::engine {

struct Prospect {
  std::string to;                                                // phase that stays, or "start"
  std::vector<std::string> will;                                 // what would be done, in order
  steps::GoingBack cost;
  std::vector<std::pair<std::string, steps::Needs>> needs;       // step, what building again what it dropped needs
  steps::Room room;
};
// Error{refused} if nothing was retired or dropped, an archive is gone, or a required old column would stay empty.
Prospect prospect(const std::string& url, const plan::Plan& plan);

// Removes what keeps the dropped columns and tables; nothing brings them back afterwards. Returns the targets.
std::vector<std::string> remove_archives(const std::string& url, const plan::Plan& plan, const steps::Options& options,
                                         const journal::Accepted& accepted, Progress& progress);

}  // namespace segue::engine
