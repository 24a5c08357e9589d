#include "traffic/windows.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::traffic {
namespace {

namespace json = boost::json;

json::value or_null(std::optional<double> number) { return number ? json::value(*number) : json::value(); }

std::string render(std::int64_t second, const Window& window) {
  json::array buckets;
  for (const auto& [bound, count] : window.latency.buckets()) buckets.push_back(json::array{bound, count});
  return json::serialize(json::object{
      {"second", second}, {"phase", window.phase}, {"sent", window.sent}, {"failed", window.failed},
      {"full", window.full}, {"old", window.old_path}, {"new", window.new_path},
      {"p50_ms", or_null(window.latency.percentile(0.5))}, {"p99_ms", or_null(window.latency.percentile(0.99))},
      {"latency_us", std::move(buckets)}});
}

Window parse(const json::object& object) {
  Window window;
  const auto number = [&](std::string_view name) { return object.at(name).to_number<std::uint64_t>(); };
  window.sent = number("sent");
  window.failed = number("failed");
  window.full = number("full");
  window.old_path = number("old");
  window.new_path = number("new");
  window.phase = std::string(object.at("phase").as_string());
  for (const auto& bucket : object.at("latency_us").as_array())
    window.latency.add(bucket.as_array().at(0).to_number<std::uint64_t>(), bucket.as_array().at(1).to_number<std::uint64_t>());
  return window;
}

}  // namespace

void Window::add(const Window& other) {
  sent += other.sent;
  failed += other.failed;
  full += other.full;
  old_path += other.old_path;
  new_path += other.new_path;
  latency.add(other.latency);
}

void Windows::sent(std::int64_t second, std::string_view phase) {
  auto& window = windows_[second];
  ++window.sent;
  window.phase = phase;
}

void Windows::ended(std::int64_t second, const Verdict& verdict, std::uint64_t microseconds) {
  auto& window = windows_[second];
  window.latency.add(microseconds);
  if (verdict.failed) ++window.failed;
  if (verdict.full) ++window.full;
  if (verdict.variant == "old") ++window.old_path;
  if (verdict.variant == "new") ++window.new_path;
}

Window Windows::sum(std::int64_t from, std::int64_t to) const {
  Window total;
  for (auto at = windows_.lower_bound(from); at != windows_.end() && at->first < to; ++at) total.add(at->second);
  return total;
}

void Windows::write(const std::string& path, std::int64_t settled) {
  std::string recent;
  for (auto at = windows_.lower_bound(settled_); at != windows_.end(); ++at) {
    auto& text = at->first < settled ? settled_text_ : recent;
    text += (settled_text_.empty() && recent.empty() ? "" : ",\n") + render(at->first, at->second);
  }
  settled_ = settled;
  const std::string fresh = path + ".new";
  std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
  file << "{\"windows\":[\n" << settled_text_ << recent << "\n]}\n";
  file.close();
  if (!file || std::rename(fresh.c_str(), path.c_str()) != 0)
    throw Error(ErrorCode::system, fmt::format("cannot write file \"{}\"", path));
}

Windows Windows::read(const std::string& path) {
  Windows read;
  try {
    const json::value document = json::parse(read_file(path));
    for (const auto& window : document.at("windows").as_array())
      read.windows_[window.at("second").to_number<std::int64_t>()] = parse(window.as_object());
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    throw Error(ErrorCode::usage, fmt::format("file \"{}\" is not a windows file of \"traffic run --windows\"", path));
  }
  return read;
}

}  // namespace segue::traffic
