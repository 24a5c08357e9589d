// The booking service in this process: bookings, and an administrator's calls.
#pragma once
#include <boost/json.hpp>
#include <fmt/format.h>

#include "reservations/application.hpp"
#include "support/service_client.hpp"

namespace segue::tests {

class BookingService : public ServiceClient<reservations::Application> {
 public:
  explicit BookingService(const std::string& url) : BookingService(settings(url)) {}
  explicit BookingService(const reservations::Settings& chosen) : ServiceClient(chosen) {}

  net::Response get(std::string target) { return ask("GET", std::move(target), {}, {{"Authorization", "Bearer token"}}); }
  net::Response book(const boost::json::object& wish) { return book_all({wish}).front(); }
  net::Response set_status(std::string_view id, std::string_view status) {
    return ask("POST", fmt::format("/api/admin/reservations/{}/status", id), fmt::format("{{\"status\":\"{}\"}}", status),
               {{"Authorization", "Bearer token"}, {"Content-Type", "application/json"}});
  }
  // All at once, each on its own connection and as its own client.
  std::vector<net::Response> book_all(const std::vector<boost::json::object>& wishes) {
    std::vector<Question> questions;
    for (std::size_t i = 0; i < wishes.size(); ++i)
      questions.push_back({"POST", "/api/public/reservations", boost::json::serialize(wishes[i]),
                           {{"Content-Type", "application/json"}, {"X-Client-Id", fmt::format("client-{:03}", i)}}});
    return ask_all(std::move(questions));
  }

  // As an administrator, with a JSON body where there is one.
  net::Response admin(std::string method, std::string target, const boost::json::value& body = nullptr, net::Headers headers = {}) {
    headers.emplace_back("Authorization", "Bearer token");
    if (!body.is_null()) headers.emplace_back("Content-Type", "application/json");
    return ask(std::move(method), std::move(target), body.is_null() ? "" : boost::json::serialize(body), std::move(headers));
  }

  static reservations::Settings settings(const std::string& url) {
    reservations::Settings settings;
    settings.database = url;
    settings.token = "token";
    return settings;
  }
};

}  // namespace segue::tests
