#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <optional>

#include "base/text.hpp"
#include "traffic/clinic_crowd.hpp"
#include "traffic/commands.hpp"
#include "traffic/hospital_crowd.hpp"
#include "traffic/live.hpp"
#include "traffic/run_options.hpp"
#include "traffic/run_summary.hpp"

namespace segue::traffic {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr std::int64_t settled_after = 30;                       // seconds

std::int64_t second_of(system_clock::time_point at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

// An errand on its way, over all its tries.
struct Trip {
  std::unique_ptr<Errand> errand;
  std::int64_t second;                                           // in which it was due
  int tries = 0;
  bool unsure = false;                                           // an earlier try may have done it
};

// Wires a crowd, the load engine and statistics; all in one thread.
class Run {
 public:
  explicit Run(RunOptions options)
      : options_(std::move(options)), crowd_(crowd_of(options_)), random_(options_.population.seed) {}
  int go();

 private:
  static std::unique_ptr<Crowd> crowd_of(const RunOptions& options) {
    if (options.clinics) return clinic_crowd(*options.clinics, options.ledger);
    return hospital_crowd(options.population, options.ledger);
  }
  Job next(Clock::time_point due);
  std::optional<milliseconds> answered(Trip& trip, const Answer& answer, Clock::duration since_due);
  void end(Trip& trip, Verdict& verdict, Clock::duration since_due);
  void every_second();
  void read_phase();

  RunOptions options_;
  std::unique_ptr<Crowd> crowd_;
  Random random_;                                                // of the pauses only: wishes stay the same
  Windows windows_;
  RunSummary summary_;
  Live live_;
  std::string phase_;
};

int Run::go() {
  HttpLoad load(options_.targets, options_.pace);
  read_phase();
  if (!options_.clinics && options_.population.token.empty())
    fmt::print(stderr, "no --token: nothing is confirmed, cancelled or listed; those requests look at availability\n");
  const auto begin = Clock::now();
  crowd_->begin();
  load.run([this](Clock::time_point due) { return next(due); }, [this] { every_second(); });
  crowd_->end();
  if (options_.windows_file) windows_.write(*options_.windows_file, 0);
  live_.finish();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (options_.json) summary_.print_json(seconds); else summary_.print_text(seconds);
  return summary_.total.failed == 0 ? 0 : 1;
}

Job Run::next(Clock::time_point due) {
  const auto now = system_clock::now();
  const auto second = second_of(now - std::chrono::duration_cast<system_clock::duration>(Clock::now() - due));
  const auto trip = std::make_shared<Trip>(Trip{crowd_->next(std::chrono::floor<std::chrono::days>(now)), second});
  windows_.sent(second, phase_);
  ++summary_.total.sent;
  ++summary_.by_op[trip->errand->name()];
  return {trip->errand->request(), [this, trip](const Answer& answer, Clock::duration since_due) { return answered(*trip, answer, since_due); }};
}

std::optional<milliseconds> Run::answered(Trip& trip, const Answer& answer, Clock::duration since_due) {
  auto verdict = trip.errand->judge(answer);
  ++trip.tries;
  ++summary_.tries;
  if (verdict.failed && verdict.repeatable && trip.tries < options_.tries) {
    trip.unsure |= verdict.unknown;
    return pause_after(trip.tries, random_);
  }
  end(trip, verdict, since_due);
  return std::nullopt;
}

void Run::end(Trip& trip, Verdict& verdict, Clock::duration since_due) {
  verdict.unknown |= verdict.failed && trip.unsure;
  trip.errand->end(verdict, trip.tries);
  const auto micros = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since_due).count());
  windows_.ended(trip.second, verdict, micros, trip.tries > 1);
  summary_.total.ended(verdict, micros, trip.tries > 1);
  summary_.count(trip.errand->name(), verdict);
}

// Until a window is settled nearly every request due in it has ended; the last write of a run tells all.
void Run::every_second() {
  const auto now = second_of(system_clock::now());
  read_phase();
  live_.show(windows_, summary_.total, now, phase_);
  if (options_.windows_file) windows_.write(*options_.windows_file, now - settled_after);
}

// The file is another's; while it is missing or empty the phase has no name.
void Run::read_phase() {
  if (!options_.phase_file) return;
  std::ifstream file(*options_.phase_file);
  std::string line;
  std::getline(file, line);
  phase_ = is_valid_utf8(line) ? std::string(trim(line)) : "";
}

}  // namespace

int run_run(int argc, char** argv) {
  const auto options = run_command_line(argc, argv);
  if (options.has("--help")) {
    fmt::print("{}", run_help);
    return 0;
  }
  return Run(read_run_options(options)).go();
}

}  // namespace segue::traffic
