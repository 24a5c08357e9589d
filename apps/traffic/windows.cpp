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

json::array render(const Histogram& latency) {
  json::array buckets;
  for (const auto& [bound, count] : latency.buckets()) buckets.push_back(json::array{bound, count});
  return buckets;
}

json::object render(const Side& side) {
  return {{"answered", side.answered}, {"failed", side.failed}, {"p50_ms", or_null(side.latency.percentile(0.5))},
          {"p99_ms", or_null(side.latency.percentile(0.99))}, {"latency_us", render(side.latency)}};
}

std::string render(std::int64_t second, const Window& window) {
  return json::serialize(json::object{
      {"second", second}, {"phase", window.phase}, {"sent", window.sent}, {"failed", window.failed},
      {"full", window.full}, {"repeated", window.repeated}, {"old", render(window.old_path)}, {"new", render(window.new_path)},
      {"p50_ms", or_null(window.latency.percentile(0.5))}, {"p99_ms", or_null(window.latency.percentile(0.99))},
      {"latency_us", render(window.latency)}});
}

std::uint64_t number_of(const json::object& object, std::string_view name) { return object.at(name).to_number<std::uint64_t>(); }

Histogram parse_latency(const json::object& object) {
  Histogram latency;
  for (const auto& bucket : object.at("latency_us").as_array())
    latency.add(bucket.as_array().at(0).to_number<std::uint64_t>(), bucket.as_array().at(1).to_number<std::uint64_t>());
  return latency;
}

Side parse_side(const json::object& object) {
  return {number_of(object, "answered"), number_of(object, "failed"), parse_latency(object)};
}

Window parse(const json::object& object) {
  Window window;
  window.sent = number_of(object, "sent");
  window.failed = number_of(object, "failed");
  window.full = number_of(object, "full");
  window.repeated = number_of(object, "repeated");
  window.old_path = parse_side(object.at("old").as_object());
  window.new_path = parse_side(object.at("new").as_object());
  window.phase = std::string(object.at("phase").as_string());
  window.latency = parse_latency(object);
  return window;
}

}  // namespace

void Side::add(const Side& other) {
  answered += other.answered;
  failed += other.failed;
  latency.add(other.latency);
}

void Window::ended(const Verdict& verdict, std::uint64_t microseconds, bool again) {
  latency.add(microseconds);
  failed += verdict.failed;
  full += verdict.full;
  repeated += again;
  if (verdict.variant.empty()) return;
  Side& side = verdict.variant == "old" ? old_path : new_path;
  ++(verdict.failed ? side.failed : side.answered);
  if (!verdict.failed) side.latency.add(microseconds);
}

void Window::add(const Window& other) {
  sent += other.sent;
  failed += other.failed;
  full += other.full;
  repeated += other.repeated;
  old_path.add(other.old_path);
  new_path.add(other.new_path);
  latency.add(other.latency);
}

void Windows::sent(std::int64_t second, std::string_view phase) {
  auto& window = windows_[second];
  ++window.sent;
  window.phase = phase;
}

void Windows::ended(std::int64_t second, const Verdict& verdict, std::uint64_t microseconds, bool again) {
  windows_[second].ended(verdict, microseconds, again);
}

Window Windows::sum(std::int64_t from, std::int64_t to) const {
  Window total;
  for (auto at = windows_.lower_bound(from); at != windows_.end() && at->first < to; ++at) total.add(at->second);
  return total;
}

void Windows::write(const std::string& path, std::int64_t settled) {
  std::string recent;
  if (settled == 0) settled_text_.clear(), settled_ = 0;
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
