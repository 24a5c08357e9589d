// What a patient's client program sends and gets back.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace segue::traffic {

using Clock = std::chrono::steady_clock;

struct Target { std::string host, port; };
// "http://127.0.0.1:8081"; Error{usage} if it is anything else.
Target parse_target(std::string_view url);

struct Request {
  std::string method, path, body;
  std::string client;                                            // X-Client-Id; none if empty
  std::string token;                                             // bearer token; none if empty
  std::string key;                                               // Idempotency-Key; none if empty
};

struct Answer {
  enum class Delivery { answered, not_sent, lost } delivery = Delivery::answered;
  int status = 0;
  std::string body;
  std::string reason;                                            // of not_sent and lost: "connection refused", "timed out", ...
};

}  // namespace segue::traffic
