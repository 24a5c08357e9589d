// How many requests a client may make: a token bucket for each address, in a table of fixed size.
// Does: `per_second` requests each second and a burst of as many; safe from several threads at once.
// Does not: remember more clients than the table has room for: the one that has used least is forgotten, which can
// only be to its advantage. Addresses are clients: an IPv6 client owns its /64.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace segue::service {

class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  explicit RateLimiter(int per_second);
  // Nothing: the request may go on. Else how long until the next one may.
  std::optional<std::chrono::nanoseconds> refuse(std::string_view client, Clock::time_point now);

 private:
  // A bucket is the time at which it will be full again; one in the past is a full bucket.
  struct Bucket { std::uint64_t client = 0; Clock::time_point full{}; };
  struct Row { std::mutex guard; std::array<Bucket, 8> buckets; };

  std::chrono::nanoseconds interval_, burst_;
  std::uint64_t salt_;                                           // nobody outside can aim at a row
  std::vector<Row> rows_;
};

// Whom the limit is for: the peer, or behind a proxy whom the last entry of X-Forwarded-For names.
std::string client_address(const net::Request& request, bool behind_proxy);

}  // namespace segue::service
