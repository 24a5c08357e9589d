#include "traffic/line_file.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::traffic {
namespace {

std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), millis);
}

void sync_each_second(const std::stop_token& stop, int file) {
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    ended.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    ::fdatasync(file);
  }
}

struct Line { std::string_view text; bool whole; };              // whole: ends with a line end

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back({text.substr(0, end), end != text.npos});
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

bool begins_a_run(std::string_view text) { return text.find(R"("op":"begin")") != text.npos; }

}  // namespace

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

LineFile::LineFile(std::string path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (file_.descriptor() < 0) throw Error(ErrorCode::system, fmt::format("cannot write ledger \"{}\"", path_));
  if (::flock(file_.descriptor(), LOCK_EX | LOCK_NB) != 0)
    throw Error(ErrorCode::system, fmt::format("another run writes ledger \"{}\"", path_), "give each run a ledger of its own");
  before_ = read_file(path_);
  cut_ = !before_.empty() && before_.back() != '\n';
  syncer_ = std::jthread([file = file_.descriptor()](const std::stop_token& stop) { sync_each_second(stop, file); });
}

boost::json::object LineFile::line(std::string_view op) { return {{"at", now_text()}, {"op", op}}; }

// The first line also closes one that a kill has cut off, in the same write.
void LineFile::write(const boost::json::object& object) {
  const auto text = (std::exchange(cut_, false) ? "\n" : "") + boost::json::serialize(object) + '\n';
  ssize_t written;
  do written = ::write(file_.descriptor(), text.data(), text.size());
  while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(text.size()))
    throw Error(ErrorCode::system, fmt::format("cannot write ledger \"{}\"", path_), "look for room on the disk");
}

Time parse_time(const std::string& text) {
  int year = 0, millis = 0, length = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2u:%2u:%2u.%3dZ%n", &year, &month, &day, &hour, &minute,
                               &second, &millis, &length);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (read != 7 || static_cast<std::size_t>(length) != text.size() || !date.ok())
    throw std::invalid_argument("no time");
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::milliseconds(millis);
}

void read_lines(const std::string& name, std::string_view text, bool& cut, const std::function<void(std::string_view)>& read) {
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    try {
      read(lines[i].text);
    } catch (const std::exception&) {
      const bool by_kill = lines[i].whole ? i + 1 < lines.size() && begins_a_run(lines[i + 1].text) : true;
      if (!by_kill)
        throw Error(ErrorCode::usage, fmt::format("{}:{}: this is not a line of a ledger", name, i + 1),
                    "give the file that \"traffic run --ledger\" wrote");
      cut = true;
    }
  }
}

}  // namespace segue::traffic
