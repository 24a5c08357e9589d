// HTTP messages as values, and the text around them.
// Does: requests, responses, targets with a query, reason phrases, the response as one string.
// Does not: parse messages (http_server.cpp and http_client.cpp do, with Beast) or touch a socket.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segue::net {

using Headers = std::vector<std::pair<std::string, std::string>>;
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);  // any case

struct Request {
  std::string method;                                            // upper-case as sent
  std::string path;                                              // percent-decoded, begins with "/"
  std::map<std::string, std::string> query;                      // decoded; of a repeated name the last
  Headers headers;
  std::string body;
  std::string peer;                                              // address of the other end, without port; IPv4 as such

  std::optional<std::string_view> header(std::string_view name) const { return find_header(headers, name); }
  std::optional<std::string> parameter(const std::string& name) const;
  // All values of a header that may come several times, in their order.
  std::vector<std::string_view> all_headers(std::string_view name) const;
  // The media type of the body, lower-case, without parameters: "application/json".
  std::string content_type() const;
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  Headers headers;
};

std::string_view reason_phrase(int status);
// How the connection goes on after a response.
enum class After { keep, keep_http10, close };
std::string serialize(const Response& response, After after, bool with_body = true);

// "%ED%95%9C+x" -> bytes; nothing where an escape is broken or a NUL or invalid UTF-8 comes out.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
// Fills path and query; false for a target that is not an origin form ("/path?query").
bool read_target(std::string_view target, Request& request);

}  // namespace segue::net
