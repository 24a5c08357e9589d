#include "traffic/ledger.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::traffic {
namespace {

namespace json = boost::json;

std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), millis);
}

json::object line_of(std::string_view op) { return {{"at", now_text()}, {"op", op}}; }

void sync_each_second(const std::stop_token& stop, int file) {
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    ended.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    ::fdatasync(file);
  }
}

}  // namespace

Ledger::Ledger(std::string path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (file_ < 0) throw Error(ErrorCode::system, fmt::format("cannot write ledger \"{}\"", path_));
  try {
    continue_file();
  } catch (...) {
    ::close(file_);
    throw;
  }
  syncer_ = std::jthread([file = file_](const std::stop_token& stop) { sync_each_second(stop, file); });
}

Ledger::~Ledger() {
  syncer_.request_stop();
  syncer_.join();
  ::close(file_);
}

void Ledger::continue_file() {
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0)
    throw Error(ErrorCode::system, fmt::format("another run writes ledger \"{}\"", path_), "give each run a ledger of its own");
  Record before;
  const auto text = read_file(path_);
  read_ledger(before, path_, text);
  name_ = before.name.empty() ? random_uuid().substr(0, 8) : before.name;
  next_number_ = before.last_number + 1;
  cut_ = !text.empty() && text.back() != '\n';
}

void Ledger::write(std::string line) {
  line += '\n';
  ssize_t written;
  do written = ::write(file_, line.data(), line.size());
  while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(line.size()))
    throw Error(ErrorCode::system, fmt::format("cannot write ledger \"{}\"", path_), "look for room on the disk");
}

// Also closes a line that a kill has cut off, in the same write.
void Ledger::begin(std::uint64_t seed) {
  key_start_ = fmt::format("{}-{}-", name_, seed);
  auto line = line_of("begin");
  line["ledger"] = name_;
  line["seed"] = seed;
  write((std::exchange(cut_, false) ? "\n" : "") + json::serialize(line));
}

std::string Ledger::ask(const Asked& asked) {
  auto line = line_of("ask");
  const auto number = next_number_++;
  auto key = key_start_ + std::to_string(number);
  line["key"] = key;
  line["number"] = number;
  line["date"] = asked.date;
  line["service"] = asked.service;
  line["form"] = asked.form;
  line["period"] = asked.period;
  write(json::serialize(line));
  return key;
}

void Ledger::book(std::string_view key, const Told& told, int tries) {
  auto line = line_of("book");
  line["key"] = key;
  line["id"] = told.id;
  line["variant"] = told.variant;
  line["status"] = told.status;
  line["date"] = told.date;
  line["time"] = told.time;
  line["period"] = told.period;
  line["minutes"] = told.minutes;
  line["repeated"] = told.repeated;
  line["tries"] = tries;
  write(json::serialize(line));
}

void Ledger::change(std::string_view id, std::string_view status) {
  auto line = line_of("change");
  line["id"] = id;
  line["status"] = status;
  write(json::serialize(line));
}

void Ledger::status(std::string_view id, std::string_view status) {
  auto line = line_of("status");
  line["id"] = id;
  line["status"] = status;
  write(json::serialize(line));
}

void Ledger::not_done(std::string_view what, std::string_view why) {
  auto line = line_of("not_done");
  line["what"] = what;
  line["why"] = why;
  write(json::serialize(line));
}

void Ledger::lost(std::string_view what) {
  auto line = line_of("lost");
  line["what"] = what;
  write(json::serialize(line));
}

void Ledger::end() { write(json::serialize(line_of("end"))); }

}  // namespace segue::traffic
