// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include "service/service.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "service/answers.hpp"

namespace segue::service {

using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

constexpr std::size_t longest_name = 100;

pg::PipelineOptions pool_options(const Settings& settings, int connections) {
  pg::PipelineOptions options;
  options.url = settings.database;
  options.sessions = connections;
  options.session.application_name = settings.instance;
  options.session.statement_timeout = std::chrono::seconds(10);
  return options;
}

net::Response not_found_or_allowed(const Match& match) {
  if (match.allow.empty()) return refuse(404, "not_found", "there is nothing at this address");
  auto response = refuse(405, "method_not_allowed", "this method is not for this address");
  response.headers.emplace_back("Allow", match.allow);
  return response;
}

bool is_name(std::string_view text) {
  return text.size() <= longest_name && is_valid_utf8(text) &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

}  // namespace

Service::Service(boost::asio::io_context& io, std::shared_ptr<Process> process, int connections)
    : process_(std::move(process)),
      clock_(process_->settings.time_zone),
      pool_(io, pool_options(process_->settings, connections)),
      metrics_(process_->metrics.join()) {}

awaitable<net::Response> Service::handle(net::Request request) {
  const auto began = std::chrono::steady_clock::now();
  metrics_->begin();
  const auto match = find_route(process_->program.routes(), request.method, request.path, process_->settings.legacy);
  Served served;
  try {
    served = co_await dispatch(request, match);
  } catch (const Error& error) {
    served.response = fail(error);
  } catch (const std::exception&) {  // its text may hold anything, so it goes nowhere
    log(LogLevel::error, "request.failed", {{"code", "exception"}});
    served.response = refuse(500, "internal", "the request could not be carried out");
  }
  if (match.route != nullptr && match.route->access == Access::visitors) process_->origins.answer(request, served.response);
  metrics_->end();
  metrics_->count(match.route == nullptr ? "other" : match.preflight ? "preflight" : match.route->name, served.variant,
                  served.response.status, std::chrono::steady_clock::now() - began);
  co_return std::move(served.response);
}

awaitable<Served> Service::dispatch(const net::Request& request, Match match) {
  Served served;
  if (match.route == nullptr) {
    served.response = not_found_or_allowed(match);
    co_return served;
  }
  if (match.preflight) {
    served.response = process_->origins.preflight(request, match.allow);
    co_return served;
  }
  const auto& route = *match.route;
  Call call{request, std::move(match.parts), {}};
  auto refused = route.access == Access::visitors ? refuse_haste(request) : route.access == Access::bearer ? admit(call) : std::nullopt;
  if (refused) {
    served.response = std::move(*refused);
    co_return served;
  }
  served = co_await route.handler(*this, call);
  co_return served;
}

Variant Service::variant_for(std::string_view flag_key, const net::Request& request, std::string_view otherwise) const {
  if (!process_->flags) return Variant::old_model;
  const auto client = request.header("X-Client-Id").value_or("");
  return process_->flags->is_on(flag_key, client.empty() ? otherwise : client) ? Variant::new_model : Variant::old_model;
}

void Service::reread_flags() {
  if (process_->flags) process_->flags->reread();
}

// The second try: this process has not yet heard of a change of the flag, or overrides it.
awaitable<pg::PipelineReply> Service::run_either(Variant& variant, const Make& make, PipelineKind kind) {
  auto queries = make(variant);
  auto reply = co_await pool_.run(std::move(queries), kind);
  if (!process_->flags || !reply.error || !is_other_model(*reply.error)) co_return reply;
  reread_flags();
  const auto other = variant == Variant::old_model ? Variant::new_model : Variant::old_model;
  queries = make(other);
  if (queries.empty()) co_return reply;
  auto second = co_await pool_.run(std::move(queries), kind);
  if (second.error && is_other_model(*second.error)) co_return reply;  // the first error is the one to tell
  variant = other;
  co_return second;
}

std::optional<net::Response> Service::admit(Call& call) const {
  const auto& token = process_->settings.token;
  if (token.empty()) return refuse(403, "forbidden", "this service was started without a token for administrators");
  const auto given = sha256_hex(call.request.header("Authorization").value_or(""));
  const auto wanted = sha256_hex("Bearer " + token);
  if (CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) != 0) {
    auto response = refuse(401, "unauthorized", "a bearer token is needed");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  const auto name = trim(call.request.header("X-Admin").value_or(""));
  call.by = name.empty() ? process_->settings.token_name : std::string(name);
  if (!is_name(name)) return refuse_fields("invalid", {{"X-Admin", "must be a name of at most 100 bytes"}});
  return std::nullopt;
}

std::optional<net::Response> Service::refuse_haste(const net::Request& request) const {
  if (!process_->limiter) return std::nullopt;
  const auto wait = process_->limiter->refuse(client_address(request, process_->settings.behind_proxy), RateLimiter::Clock::now());
  if (!wait) return std::nullopt;
  auto response = refuse(429, "too_many_requests", "this client asks too often; nothing was changed");
  response.headers.emplace_back("Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(*wait).count()));
  return response;
}

}  // namespace segue::service
