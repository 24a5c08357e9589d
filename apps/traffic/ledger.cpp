#include "traffic/ledger.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>

#include "base/error.hpp"

namespace segue::traffic {
namespace {

namespace json = boost::json;

std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), millis);
}

json::object line_of(std::string_view op) { return {{"at", now_text()}, {"op", op}}; }

}  // namespace

Ledger::Ledger(const std::string& path)
    : path_(path), file_(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (file_ < 0) throw Error(ErrorCode::system, fmt::format("cannot write ledger \"{}\"", path));
  // A line that a kill has cut off is closed, so that the next does not run into it.
  char last = '\n';
  const auto size = ::lseek(file_, 0, SEEK_END);
  if (size > 0 && ::pread(file_, &last, 1, size - 1) == 1 && last != '\n') write("");
}

Ledger::~Ledger() { ::close(file_); }

void Ledger::write(std::string line) {
  line += '\n';
  ssize_t written;
  do written = ::write(file_, line.data(), line.size());
  while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(line.size()))
    throw Error(ErrorCode::system, fmt::format("cannot write ledger \"{}\"", path_), "look for room on the disk");
}

void Ledger::begin(std::uint64_t seed, int in_flight) {
  auto line = line_of("begin");
  line["seed"] = seed;
  line["in_flight"] = in_flight;
  write(json::serialize(line));
}

void Ledger::book(const Booking& booking) {
  auto line = line_of("book");
  line["id"] = booking.id;
  line["date"] = booking.date;
  line["service"] = booking.service;
  line["form"] = booking.form;
  line["variant"] = booking.variant;
  line["status"] = booking.status;
  write(json::serialize(line));
}

void Ledger::status(std::string_view id, std::string_view status) {
  auto line = line_of("status");
  line["id"] = id;
  line["status"] = status;
  write(json::serialize(line));
}

void Ledger::lost(std::string_view what, std::string_view client) {
  auto line = line_of("lost");
  line["what"] = what;
  line["client"] = client;
  write(json::serialize(line));
}

void Ledger::end() { write(json::serialize(line_of("end"))); }

}  // namespace segue::traffic
