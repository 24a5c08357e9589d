#include "service/rate_limit.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <functional>
#include <random>

#include "base/text.hpp"

namespace segue::service {
namespace {

namespace ip = boost::asio::ip;
constexpr std::size_t rows = 4096;

// "1.2.3.4:5678" and "[::1]:5678" -> without the port, which is another one with each connection.
std::string_view without_port(std::string_view address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const auto colon = address.find(':');
  return colon == address.rfind(':') ? address.substr(0, colon) : address;
}

std::string network_of(std::string_view text) {
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(text), error);
  if (error) return std::string(text.substr(0, 64));  // the trusted proxy's own word for somebody
  if (address.is_v4()) return address.to_string();
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6(bytes).to_string();
}

}  // namespace

RateLimiter::RateLimiter(int per_second)
    : interval_(std::chrono::nanoseconds(std::chrono::seconds(1)) / std::max(1, per_second)),
      burst_(interval_ * std::max(1, per_second)),
      salt_((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()),
      rows_(rows) {}

std::optional<std::chrono::nanoseconds> RateLimiter::refuse(std::string_view client, Clock::time_point now) {
  const auto hash = std::hash<std::string_view>{}(std::string(client) + "/" + std::to_string(salt_));
  auto& row = rows_[hash % rows];
  const std::lock_guard lock(row.guard);
  auto bucket = std::find_if(row.buckets.begin(), row.buckets.end(), [&](const Bucket& known) { return known.client == hash; });
  if (bucket == row.buckets.end()) {
    bucket = std::min_element(row.buckets.begin(), row.buckets.end(), [](const Bucket& a, const Bucket& b) { return a.full < b.full; });
    *bucket = {hash, now};
  }
  const auto full = std::max(bucket->full, now) + interval_;
  if (full - now > burst_) return full - now - burst_;
  bucket->full = full;
  return std::nullopt;
}

std::string client_address(const net::Request& request, bool behind_proxy) {
  if (behind_proxy) {
    const auto headers = request.all_headers("X-Forwarded-For");
    const auto list = headers.empty() ? std::string_view() : headers.back();
    const auto last = trim(list.substr(list.rfind(',') == list.npos ? 0 : list.rfind(',') + 1));
    if (!last.empty()) return network_of(without_port(last));
  }
  return network_of(request.peer);
}

}  // namespace segue::service
