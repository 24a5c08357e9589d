// libFuzzer target: every reader on any bytes. A crash, a reading that contradicts itself, that depends on the spaces
// around the text, that reads otherwise once it is printed, or one that takes more than a millisecond of processor time stops it.
//
//   cmake --preset fuzz && cmake --build build-fuzz && build-fuzz/bin/read_value tests/fuzz/corpus -max_len=512
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "fuzz/check_reading.hpp"

namespace {

[[noreturn]] void stop(const char* what) {
  std::fprintf(stderr, "read_value: %s\n", what);
  std::abort();
}

double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// The best of three: what disturbs a machine is not the reader's fault.
double fastest(const segue::values::Reader& reader, std::string_view text) {
  double best = 1;
  for (int round = 0; round < 3; ++round) {
    const auto begin = seconds();
    reader.read(text);
    best = std::min(best, seconds() - begin);
  }
  return best;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto readers = fuzz::all_readers();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& reader : readers) {
    const auto begin = seconds();
    reader->read(text);
    if (seconds() - begin > 0.001 && fastest(*reader, text) > 0.001) stop("over a millisecond");
    if (const auto fault = fuzz::fault_of(readers, *reader, text); !fault.empty()) stop(fault.c_str());
  }
  return 0;
}
