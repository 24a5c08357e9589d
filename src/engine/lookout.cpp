#include "engine/lookout.hpp"

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "catalog/catalog.hpp"

namespace segue::engine {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto pace = std::chrono::milliseconds(1000);
constexpr auto told_again = std::chrono::minutes(1);

}  // namespace

Lookout::Lookout(const std::string& url, const std::string& plan, pg::Connection& runner, Progress& progress)
    : url_(url), plan_(plan), runner_(runner), progress_(progress) {
  runner_.while_waiting(pace, [this] { return look(); });
}

// A statement may take long and wait for nobody. No connection to look from is no reason to end what is being done.
std::string Lookout::look() {
  try {
    if (!own_ || !own_->is_open()) own_.emplace(url_, pg::Session{.application_name = "segue/lookout/" + plan_, .statement_timeout = pace});
    const auto blockers = catalog::blockers_of(*own_, runner_.backend_pid());
    if (blockers.empty()) return "";
    if (interrupted()) runner_.cancel();
    const auto& first = blockers.front();
    if (first.pid != told_ || Clock::now() - told_at_ > told_again) {
      progress_.note("waits for " + first.text);
      told_ = first.pid;
      told_at_ = Clock::now();
    }
    return first.text;
  } catch (const Error&) {
    return "";
  }
}

}  // namespace segue::engine
