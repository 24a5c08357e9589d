#include "traffic/run_options.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "base/text.hpp"

namespace segue::traffic {
namespace {

std::vector<Target> targets_of(const Options& options) {
  std::vector<Target> targets;
  for (const auto& url : options.all("--target")) targets.push_back(parse_target(url));
  if (targets.empty()) throw options.usage("option \"--target\" is missing");
  return targets;
}

Arrivals arrivals_of(const Options& options) {
  const auto text = options.text("--arrivals").value_or("poisson");
  if (text == "poisson") return Arrivals::poisson;
  if (text == "steady") return Arrivals::steady;
  throw options.usage(fmt::format("option \"--arrivals\" wants steady or poisson, got \"{}\"", text));
}

Pace pace_of(const Options& options) {
  Pace pace;
  pace.rate = static_cast<double>(options.integer("--rate", 200, 1, 100'000));
  pace.arrivals = arrivals_of(options);
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
  population.hot_share = percent_of(options, "--hot-share", 20);
  population.days = static_cast<int>(options.integer("--days", 30, 1, 365));
  const char* token = std::getenv("TRAFFIC_TOKEN");
  population.token = options.text("--token").value_or(token != nullptr ? token : "");
  if (population.token.find_first_of("\r\n") != std::string::npos) throw options.usage("the token is not one line");
  return population;
}

std::optional<ClinicPopulation> clinics_of(const Options& options) {
  const auto system = options.text("--system").value_or("hospital");
  if (system != "hospital" && system != "clinic") throw options.usage(fmt::format("option \"--system\" wants hospital or clinic, got \"{}\"", system));
  if (system == "hospital") return std::nullopt;
  ClinicPopulation clinics;
  clinics.seed = static_cast<std::uint64_t>(options.integer("--seed", 1, 0, INT64_MAX));
  clinics.days = static_cast<int>(options.integer("--days", 30, 1, 365));
  const auto path = options.required("--tokens");
  for (const auto& line : split_text(read_file(path), '\n')) {
    const auto words = split_text(line, ' ');
    if (words.size() == 2) clinics.clinics.push_back({std::string(words[0]), std::string(words[1])});
    else if (!trim(line).empty()) throw options.usage(fmt::format("file \"{}\" is not one of clinics and tokens", path));
  }
  if (clinics.clinics.empty()) throw options.usage(fmt::format("file \"{}\" names no clinic", path));
  return clinics;
}

}  // namespace

Options run_command_line(int argc, char** argv) {
  return {"traffic run", argc, argv,
          {"--target", "--rate", "--arrivals", "--seconds", "--ledger", "--seed", "--token", "--old-share", "--hot-share", "--phase-file",
           "--windows", "--patients", "--days", "--in-flight", "--tries", "--system", "--tokens"},
          {"--no-retry", "--json", "--help"}};
}

RunOptions read_run_options(const Options& options) {
  RunOptions run;
  run.targets = targets_of(options);
  run.pace = pace_of(options);
  run.population = population_of(options);
  run.clinics = clinics_of(options);
  run.pace.seed = run.population.seed;
  if (options.has("--no-retry") && options.has("--tries")) throw options.usage("options \"--no-retry\" and \"--tries\" exclude each other");
  run.tries = options.has("--no-retry") ? 1 : static_cast<int>(options.integer("--tries", run.tries, 1, 1000));
  run.ledger = options.required("--ledger");
  run.windows_file = options.text("--windows");
  run.phase_file = options.text("--phase-file");
  run.json = options.has("--json");
  return run;
}

}  // namespace segue::traffic
