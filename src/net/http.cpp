#include "net/http.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/text.hpp"

namespace segue::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// The Date header changes once a second; formatting it for each response would be most of the work.
const std::string& date_now() {
  thread_local std::time_t at = 0;
  thread_local std::string text;
  if (const std::time_t now = std::time(nullptr); now != at) {
    at = now;
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
  }
  return text;
}

}  // namespace

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (same_name(key, name)) return value;
  return std::nullopt;
}

std::vector<std::string_view> Request::all_headers(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : headers)
    if (same_name(key, name)) values.push_back(value);
  return values;
}

std::optional<std::string> Request::parameter(const std::string& name) const {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::string Request::content_type() const {
  const auto value = header("Content-Type").value_or("");
  std::string type(trim(value.substr(0, value.find(';'))));
  std::transform(type.begin(), type.end(), type.begin(), lower);
  return type;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return status < 400 ? "OK" : "Error";
  }
}

std::string serialize(const Response& response, After after, bool with_body) {
  std::string text;
  text.reserve(256 + response.body.size());
  fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 reason_phrase(response.status), date_now());
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless)
    fmt::format_to(std::back_inserter(text), "Content-Type: {}\r\nContent-Length: {}\r\n", response.content_type,
                   response.body.size());
  for (const auto& [name, value] : response.headers) fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
  if (after == After::close) text += "Connection: close\r\n";
  if (after == After::keep_http10) text += "Connection: keep-alive\r\n";
  text += "\r\n";
  if (with_body && !bodiless) text += response.body;
  return text;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (decoded.find('\0') != std::string::npos || !is_valid_utf8(decoded)) return std::nullopt;
  return decoded;
}

bool read_target(std::string_view target, Request& request) {
  if (target.empty() || target.front() != '/') return false;
  const auto mark = target.find('?');
  const auto path = percent_decode(target.substr(0, mark), false);
  if (!path) return false;
  request.path = *path;
  if (mark == std::string_view::npos) return true;
  for (const auto& pair : split_text(target.substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    const std::string_view text = pair;
    const auto equals = text.find('=');
    const auto name = percent_decode(text.substr(0, equals), true);
    const auto value = percent_decode(equals == std::string_view::npos ? "" : text.substr(equals + 1), true);
    if (!name || !value) return false;
    request.query[*name] = *value;
  }
  return true;
}

}  // namespace segue::net
