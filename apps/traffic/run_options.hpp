// What "traffic run" was told on the command line.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.hpp"
#include "traffic/clinic_crowd.hpp"
#include "traffic/http_load.hpp"
#include "traffic/patients.hpp"

namespace segue::traffic {

struct RunOptions {
  std::vector<Target> targets;
  Pace pace;
  Population population;
  std::optional<ClinicPopulation> clinics;                       // --system clinic: these instead of the population
  int tries = 30;                                                // of one request
  std::string ledger;
  std::optional<std::string> windows_file, phase_file;
  bool json = false;
};

inline constexpr std::string_view run_help =
    "traffic run --target URL [--target URL ...] --ledger FILE [options]\n"
    "            --system clinic --tokens FILE: the clinics' service instead of the hospital's\n"
    "Made-up patients book, look, confirm, cancel and book again, whether or not earlier answers came.\n"
    "  --rate 200          requests a second over all targets\n"
    "  --arrivals poisson  poisson: at random moments, as people come; steady: at equal distances\n"
    "  --seconds 60        how long; 0: until SIGINT or SIGTERM\n"
    "  --seed 1            the same seed, the same patients\n"
    "  --patients 2000     how many patients there are\n"
    "  --old-share 50%     share of patients whose client program sends preferred_time\n"
    "  --hot-share 20%     share of bookings that aim at the same few days and services\n"
    "  --days 30           bookings are for these coming days\n"
    "  --in-flight 256     requests under way at once; further ones wait, and their latency counts\n"
    "  --tries 30          a request without a final answer (connection broke, timed out, 408, 429, 502-504) is sent again\n"
    "                      up to this often, a booking with the same Idempotency-Key; --no-retry: never\n"
    "  --token T           of the admin endpoints (or TRAFFIC_TOKEN); without it they are not asked\n"
    "  --ledger FILE       append every intent and its outcome to it, for \"traffic audit\"; a run that was killed is continued\n"
    "  --windows FILE      replace it every second with statistics per second, for \"traffic stats\"\n"
    "  --tokens FILE       of --system clinic: a clinic's id and token on each line, as \"clinic load --tokens\" wrote it; its receptions\n"
    "                      book, move, cancel and list appointments, add and change doctors and patients, and now and then ask for what\n"
    "                      belongs to another clinic\n"
    "  --phase-file FILE   its first line names the phase the windows belong to\n"
    "  --json              print one JSON summary\n"
    "Exit status: 0 if no request failed, else 1. A full day (409) is no failure, nor is what a repeat resolved.\n";

// Error{usage}.
RunOptions read_run_options(const Options& options);
Options run_command_line(int argc, char** argv);

}  // namespace segue::traffic
