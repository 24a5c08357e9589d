#include "reservations/application.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "reservations/answers.hpp"

namespace segue::reservations {

using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

constexpr std::string_view reservations_path = "/api/public/reservations", admin_path = "/api/admin/reservations";

pg::PipelineOptions pool_options(const Settings& settings) {
  pg::PipelineOptions options;
  options.url = settings.database;
  options.sessions = settings.connections;
  options.session.application_name = settings.instance;
  options.session.statement_timeout = std::chrono::seconds(10);
  return options;
}

rollout::FlagClient::Options flag_options(const Settings& settings) {
  rollout::FlagClient::Options options;
  options.url = settings.database;
  options.application_name = settings.instance + "/flags";
  options.on_change = [](const rollout::FlagState& flag) {
    log(LogLevel::info, "flag.changed", {{"flag", flag.key}, {"percent", std::int64_t{flag.percent}}});
  };
  return options;
}

// `allow` is the header's text: "GET, HEAD".
bool allows(std::string_view allow, const std::string& method) {
  const auto methods = split_text(allow, ',');
  return std::any_of(methods.begin(), methods.end(), [&](const std::string& one) { return trim(one) == method; });
}

net::Response method_not_allowed(std::string_view allow) {
  auto response = refuse(405, "method_not_allowed", "this method is not for this address");
  response.headers.emplace_back("Allow", allow);
  return response;
}

}  // namespace

Application::Application(boost::asio::io_context& io, Settings settings)
    : settings_(std::move(settings)),
      clock_(settings_.clinic_zone),
      flags_(flag_options(settings_)),
      flag_key_(rollout::flag_key("hospital-services", "dynamic-services")),
      pool_(io, pool_options(settings_)),
      desk_(io, pool_) {}

std::optional<Application::Found> Application::find(const net::Request& request) {
  const std::string_view path = request.path;
  const auto publicly = [&](Route route, std::string_view name, std::string_view allow) {
    return Found{request.method == "OPTIONS" ? Route::preflight : route, name, allow, {}};
  };
  if (path == reservations_path) return publicly(Route::book, "book", "POST, OPTIONS");
  if (path == std::string(reservations_path) + "/availability") return publicly(Route::availability, "availability", "GET, OPTIONS");
  if (path == admin_path) return Found{Route::list, "list", "GET", {}};
  if (path == "/health") return Found{Route::health, "health", "GET, HEAD", {}};
  if (path == "/metrics") return Found{Route::metrics, "metrics", "GET, HEAD", {}};
  const std::string start = std::string(admin_path) + "/", end = "/status";
  if (path.size() <= start.size() + end.size() || !path.starts_with(start) || !path.ends_with(end)) return std::nullopt;
  const auto id = path.substr(start.size(), path.size() - start.size() - end.size());
  if (id.find('/') != id.npos || id.size() > 200) return std::nullopt;
  return Found{Route::status, "status", "POST", std::string(id)};
}

awaitable<net::Response> Application::handle(net::Request request) {
  const auto began = std::chrono::steady_clock::now();
  metrics_.begin();
  const auto found = find(request);
  Served served;
  try {
    if (!found) served.response = refuse(404, "not_found", "there is nothing at this address");
    else if (!allows(found->allow, request.method))
      served.response = method_not_allowed(found->allow);
    else
      served = co_await dispatch(request, *found);
  } catch (const Error& error) {
    served.response = fail(error);
  } catch (const std::exception&) {  // its text may hold anything, so it goes nowhere
    log(LogLevel::error, "request.failed", {{"code", "exception"}});
    served.response = refuse(500, "internal", "the request could not be carried out");
  }
  metrics_.end();
  metrics_.count(found ? found->name : "other", served.variant, served.response.status,
                 std::chrono::steady_clock::now() - began);
  co_return std::move(served.response);
}

awaitable<Application::Served> Application::dispatch(const net::Request& request, const Found& found) {
  Served served;
  switch (found.route) {
    case Route::book: served = co_await book(request); break;
    case Route::availability: served = co_await availability(request); break;
    case Route::status: served = co_await change(request, found.id); break;
    case Route::list: served = co_await list(request); break;
    case Route::health: served = co_await health(); break;
    case Route::preflight:
      served.response.status = 204;
      served.response.headers = {{"Access-Control-Allow-Methods", std::string(found.allow)},
                                 {"Access-Control-Allow-Headers", "Content-Type, Idempotency-Key, X-Client-Id"}};
      break;
    case Route::metrics:
      served.response.content_type = "text/plain; version=0.0.4";
      served.response.body = metrics_.text(flags_.all(), pool_.is_connected());
      break;
  }
  if (request.path.starts_with(reservations_path)) served.response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  co_return served;
}

Variant Application::variant_for(const net::Request& request, std::string_view otherwise) const {
  const auto client = request.header("X-Client-Id").value_or("");
  return flags_.is_on(flag_key_, client.empty() ? otherwise : client) ? Variant::new_model : Variant::old_model;
}

// By the variant; and once by the other, where the tables or columns of the first are gone: this process
// has not yet heard of a change of the flag. An empty list of queries: the other cannot serve this request.
awaitable<pg::PipelineReply> Application::run_either(Variant& variant, const Make& make, PipelineKind kind) {
  auto queries = make(variant);
  auto reply = co_await pool_.run(std::move(queries), kind);
  if (!reply.error || !is_other_model(*reply.error)) co_return reply;
  flags_.reread();
  const auto other = variant == Variant::old_model ? Variant::new_model : Variant::old_model;
  queries = make(other);
  if (queries.empty()) co_return reply;
  auto second = co_await pool_.run(std::move(queries), kind);
  if (second.error && is_other_model(*second.error)) co_return reply;  // the first error is the one to tell
  variant = other;
  co_return second;
}

std::optional<net::Response> Application::refuse_stranger(const net::Request& request) const {
  if (settings_.token.empty()) return refuse(403, "forbidden", "this service was started without a token for administrators");
  const auto given = sha256_hex(request.header("Authorization").value_or(""));
  const auto wanted = sha256_hex("Bearer " + settings_.token);
  if (CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0) return std::nullopt;
  auto response = refuse(401, "unauthorized", "a bearer token is needed");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace segue::reservations
