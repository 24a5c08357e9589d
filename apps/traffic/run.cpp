#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/options.hpp"
#include "traffic/commands.hpp"
#include "traffic/ledger.hpp"
#include "traffic/live.hpp"
#include "traffic/patients.hpp"
#include "traffic/windows.hpp"

namespace segue::traffic {
namespace {

using std::chrono::system_clock;

constexpr std::string_view help =
    "traffic run --target URL [--target URL ...] --ledger FILE [options]\n"
    "Made-up patients book, look, confirm and cancel at a fixed rate, whether or not earlier answers came.\n"
    "  --rate 200          requests a second over all targets\n"
    "  --seconds 60        how long; 0: until SIGINT or SIGTERM\n"
    "  --seed 1            the same seed, the same patients\n"
    "  --patients 2000     how many patients there are\n"
    "  --old-share 50%     share of patients whose client program sends preferred_time\n"
    "  --days 30           bookings are for these coming days\n"
    "  --in-flight 256     requests under way at once; further ones wait, and their latency counts\n"
    "  --token T           of the admin endpoints (or TRAFFIC_TOKEN); without it they are not asked\n"
    "  --ledger FILE       append every acknowledgement to it, for \"traffic audit\"\n"
    "  --windows FILE      replace it every second with statistics per second, for \"traffic stats\"\n"
    "  --phase-file FILE   its first line names the phase the windows belong to\n"
    "  --json              print one JSON summary\n"
    "Exit status: 0 if no request failed, else 1. A full day (409) is no failure.\n";

std::int64_t second_of(system_clock::time_point at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

// Wires patients, load engine, ledger and statistics; all in one thread.
class Run {
 public:
  explicit Run(const Options& options);
  int go();

 private:
  Job next(Clock::time_point due);
  void ended(const Wish& wish, std::int64_t second, const Answer& answer, Clock::duration since_due);
  void record(const Wish& wish, const Verdict& verdict);
  void every_second();
  void read_phase();
  void print_text(double seconds) const;
  void print_json(double seconds) const;

  Pace pace_;
  Population population_;
  std::optional<std::string> windows_file_, phase_file_;
  bool json_;
  std::vector<Target> targets_;
  Patients patients_;
  Ledger ledger_;
  Windows windows_;
  Window total_;
  Live live_;
  std::string phase_;
  std::map<std::string_view, std::uint64_t> by_op_;
  std::map<std::string, std::uint64_t> failures_;
  std::uint64_t acknowledged_ = 0, changed_ = 0, refused_ = 0, unknown_ = 0;
};

std::vector<Target> targets_of(const Options& options) {
  std::vector<Target> targets;
  for (const auto& url : options.all("--target")) targets.push_back(parse_target(url));
  if (targets.empty()) throw options.usage("option \"--target\" is missing");
  return targets;
}

Pace pace_of(const Options& options) {
  Pace pace;
  pace.rate = static_cast<double>(options.integer("--rate", 200, 1, 100'000));
  pace.length = std::chrono::seconds(options.integer("--seconds", 60, 0, 31 * 86400));
  pace.in_flight = static_cast<int>(options.integer("--in-flight", 256, 1, 10'000));
  return pace;
}

int percent_of(const Options& options, const std::string& name, int otherwise) {
  auto text = options.text(name).value_or(std::to_string(otherwise));
  if (!text.empty() && text.back() == '%') text.pop_back();
  const auto number = to_integer(text);
  if (!number || *number < 0 || *number > 100)
    throw options.usage(fmt::format("option \"{}\" wants a share such as 50%, got \"{}\"", name, *options.text(name)));
  return static_cast<int>(*number);
}

Population population_of(const Options& options) {
  Population population;
  population.seed = static_cast<std::uint64_t>(options.integer("--seed", 1, 0, INT64_MAX));
  population.patients = static_cast<int>(options.integer("--patients", 2000, 1, 1'000'000));
  population.old_share = percent_of(options, "--old-share", 50);
  population.days = static_cast<int>(options.integer("--days", 30, 1, 365));
  const char* token = std::getenv("TRAFFIC_TOKEN");
  population.token = options.text("--token").value_or(token != nullptr ? token : "");
  if (population.token.find_first_of("\r\n") != std::string::npos) throw options.usage("the token is not one line");
  return population;
}

Run::Run(const Options& options)
    : pace_(pace_of(options)), population_(population_of(options)), windows_file_(options.text("--windows")),
      phase_file_(options.text("--phase-file")), json_(options.has("--json")), targets_(targets_of(options)),
      patients_(population_), ledger_(options.required("--ledger")) {}

int Run::go() {
  HttpLoad load(targets_, pace_);
  read_phase();
  if (population_.token.empty())
    fmt::print(stderr, "no --token: nothing is confirmed, cancelled or listed; those requests look at availability\n");
  const auto begin = Clock::now();
  ledger_.begin(population_.seed, pace_.in_flight);
  load.run([this](Clock::time_point due) { return next(due); }, [this] { every_second(); });
  ledger_.end();
  if (windows_file_) windows_.write(*windows_file_, 0);
  live_.finish();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (json_) print_json(seconds); else print_text(seconds);
  return total_.failed == 0 ? 0 : 1;
}

Job Run::next(Clock::time_point due) {
  const auto now = system_clock::now();
  const auto second = second_of(now - std::chrono::duration_cast<system_clock::duration>(Clock::now() - due));
  auto wish = std::make_shared<const Wish>(patients_.next(std::chrono::floor<std::chrono::days>(now)));
  windows_.sent(second, phase_);
  ++total_.sent;
  ++by_op_[name_of(wish->op)];
  return {wish->request, [this, wish, second](const Answer& answer, Clock::duration since_due) {
            ended(*wish, second, answer, since_due);
          }};
}

void Run::ended(const Wish& wish, std::int64_t second, const Answer& answer, Clock::duration since_due) {
  const auto verdict = judge(wish.op, answer);
  record(wish, verdict);
  patients_.learn(wish, verdict);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(since_due).count();
  windows_.ended(second, verdict, static_cast<std::uint64_t>(micros));
  total_.latency.add(static_cast<std::uint64_t>(micros));
  total_.failed += verdict.failed;
  total_.full += verdict.full;
  total_.old_path += verdict.variant == "old";
  total_.new_path += verdict.variant == "new";
}

void Run::record(const Wish& wish, const Verdict& verdict) {
  refused_ += verdict.refused;
  if (verdict.failed) {
    ++failures_[fmt::format("{}: {}", name_of(wish.op), verdict.reason)];
    if (!verdict.unknown) return;
    ++unknown_;
    ledger_.lost(name_of(wish.op), wish.request.client);
  } else if (wish.op == Op::book && !verdict.full) {
    ++acknowledged_;
    ledger_.book({verdict.id, wish.date, wish.service, wish.form, verdict.variant, verdict.status});
  } else if (wish.op == Op::status && !verdict.refused) {
    ++changed_;
    ledger_.status(wish.id, wish.wanted);
  }
}

// A window is settled when the last request due in it must have ended.
void Run::every_second() {
  const auto now = second_of(system_clock::now());
  read_phase();
  live_.show(windows_, total_, now, phase_);
  if (windows_file_) windows_.write(*windows_file_, now - std::chrono::ceil<std::chrono::seconds>(pace_.deadline).count() - 2);
}

// The file is another's; while it is missing or empty the phase has no name.
void Run::read_phase() {
  if (!phase_file_) return;
  std::ifstream file(*phase_file_);
  std::string line;
  std::getline(file, line);
  phase_ = is_valid_utf8(line) ? std::string(trim(line)) : "";
}

void Run::print_text(double seconds) const {
  fmt::print("sent {} in {:.1f} s ({:.0f}/s), failed {}, full {}\n", grouped(static_cast<std::int64_t>(total_.sent)), seconds,
             static_cast<double>(total_.sent) / seconds, total_.failed, total_.full);
  for (const auto& [op, count] : by_op_) fmt::print("  {:<14}{}\n", op, count);
  fmt::print("booked {} (old path {}, new path {}), status changed {}, refused {}, answers lost {}\n", acknowledged_,
             total_.old_path, total_.new_path, changed_, refused_, unknown_);
  fmt::print("latency p50 {}, p99 {}, longest {}\n", in_milliseconds(total_.latency.percentile(0.5)),
             in_milliseconds(total_.latency.percentile(0.99)), in_milliseconds(total_.latency.percentile(1)));
  for (const auto& [reason, count] : failures_) fmt::print("failed {} times: {}\n", count, reason);
}

void Run::print_json(double seconds) const {
  namespace json = boost::json;
  json::object ops, failures;
  for (const auto& [op, count] : by_op_) ops[op] = count;
  for (const auto& [reason, count] : failures_) failures[reason] = count;
  const auto latency = [&](double share) {
    const auto found = total_.latency.percentile(share);
    return found ? json::value(*found) : json::value();
  };
  fmt::print("{}\n", json::serialize(json::object{
      {"sent", total_.sent}, {"seconds", seconds}, {"failed", total_.failed}, {"full", total_.full}, {"ops", std::move(ops)},
      {"booked", acknowledged_}, {"old", total_.old_path}, {"new", total_.new_path}, {"status_changed", changed_},
      {"refused", refused_}, {"answers_lost", unknown_}, {"p50_ms", latency(0.5)}, {"p99_ms", latency(0.99)},
      {"max_ms", latency(1)}, {"failures", std::move(failures)}}));
}

}  // namespace

int run_run(int argc, char** argv) {
  const Options options("traffic run", argc, argv,
                        {"--target", "--rate", "--seconds", "--ledger", "--seed", "--token", "--old-share", "--phase-file",
                         "--windows", "--patients", "--days", "--in-flight"},
                        {"--json", "--help"});
  if (options.has("--help")) {
    fmt::print("{}", help);
    return 0;
  }
  return Run(options).go();
}

}  // namespace segue::traffic
