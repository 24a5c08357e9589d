#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/text.hpp"
#include "traffic/commands.hpp"
#include "traffic/ledger.hpp"
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

// One wish from its intent to its outcome, over all its tries.
struct Errand {
  Wish wish;
  std::int64_t second;                                           // in which it was due
  int tries = 0;
  bool unsure = false;                                           // an earlier try may have done it
};

// Wires patients, load engine, ledger and statistics; all in one thread.
class Run {
 public:
  explicit Run(RunOptions options)
      : options_(std::move(options)), ledger_(options_.ledger), patients_(population(options_.population, ledger_.next_number())),
        random_(options_.population.seed) {}
  int go();

 private:
  static Population population(Population population, std::uint64_t next_number) {
    population.chapter = next_number - 1;
    return population;
  }
  Job next(Clock::time_point due);
  void intend(Wish& wish);
  std::optional<milliseconds> answered(Errand& errand, const Answer& answer, Clock::duration since_due);
  void end(const Errand& errand, Verdict& verdict, Clock::duration since_due);
  void record(const Errand& errand, const Verdict& verdict);
  void every_second();
  void read_phase();

  RunOptions options_;
  Ledger ledger_;
  Patients patients_;
  Random random_;                                                // of the pauses only: wishes stay the same
  Windows windows_;
  RunSummary summary_;
  Live live_;
  std::string phase_;
  std::unordered_map<std::size_t, std::string> variants_;        // which path answered a patient last
};

int Run::go() {
  HttpLoad load(options_.targets, options_.pace);
  read_phase();
  if (options_.population.token.empty())
    fmt::print(stderr, "no --token: nothing is confirmed, cancelled or listed; those requests look at availability\n");
  const auto begin = Clock::now();
  ledger_.begin(options_.population.seed);
  load.run([this](Clock::time_point due) { return next(due); }, [this] { every_second(); });
  ledger_.end();
  if (options_.windows_file) windows_.write(*options_.windows_file, 0);
  live_.finish();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (options_.json) summary_.print_json(seconds); else summary_.print_text(seconds);
  return summary_.total.failed == 0 ? 0 : 1;
}

Job Run::next(Clock::time_point due) {
  const auto now = system_clock::now();
  const auto second = second_of(now - std::chrono::duration_cast<system_clock::duration>(Clock::now() - due));
  const auto errand = std::make_shared<Errand>(Errand{patients_.next(std::chrono::floor<std::chrono::days>(now)), second});
  intend(errand->wish);
  windows_.sent(second, phase_);
  ++summary_.total.sent;
  ++summary_.by_op[name_of(errand->wish.op)];
  return {errand->wish.request, [this, errand](const Answer& answer, Clock::duration since_due) {
            return answered(*errand, answer, since_due);
          }};
}

void Run::intend(Wish& wish) {
  if (wish.op == Op::book) wish.request.key = ledger_.ask({wish.place.date, wish.place.service, wish.form, wish.place.period});
  if (wish.op == Op::status) ledger_.change(wish.id, wish.wanted);
}

std::optional<milliseconds> Run::answered(Errand& errand, const Answer& answer, Clock::duration since_due) {
  auto verdict = judge(errand.wish.op, answer);
  ++errand.tries;
  ++summary_.tries;
  if (verdict.failed && verdict.repeatable && errand.tries < options_.tries) {
    errand.unsure |= verdict.unknown;
    return pause_after(errand.tries, random_);
  }
  end(errand, verdict, since_due);
  return std::nullopt;
}

void Run::end(const Errand& errand, Verdict& verdict, Clock::duration since_due) {
  verdict.unknown |= verdict.failed && errand.unsure;
  record(errand, verdict);
  patients_.learn(errand.wish, verdict);
  if (!verdict.variant.empty()) variants_[errand.wish.patient] = verdict.variant;
  else if ((verdict.failed || verdict.full) && errand.wish.op != Op::listing) verdict.variant = variants_[errand.wish.patient];
  const auto micros = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since_due).count());
  windows_.ended(errand.second, verdict, micros, errand.tries > 1);
  summary_.total.ended(verdict, micros, errand.tries > 1);
  summary_.count(errand.wish.op, verdict);
}

void Run::record(const Errand& errand, const Verdict& verdict) {
  const auto& wish = errand.wish;
  if (wish.op != Op::book && wish.op != Op::status) return;
  const auto& what = wish.op == Op::book ? wish.request.key : wish.id;
  if (verdict.failed && verdict.unknown) ledger_.lost(what);
  else if (verdict.failed || verdict.full || verdict.refused)
    ledger_.not_done(what, verdict.failed ? "failed" : verdict.full ? "full" : "refused");
  else if (wish.op == Op::status) ledger_.status(wish.id, wish.wanted);
  else ledger_.book(what, {verdict.id, verdict.variant, verdict.status, verdict.date, verdict.time, verdict.period, verdict.minutes,
                            verdict.repeated}, errand.tries);
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
