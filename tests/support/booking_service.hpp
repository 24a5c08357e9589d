// The booking service in this process, on a free port, asked over real connections.
// Does: run the io_context while it asks. Does not: use a thread of its own.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "reservations/application.hpp"

namespace segue::tests {

class BookingService {
 public:
  explicit BookingService(const std::string& url) : BookingService(settings(url)) {}
  explicit BookingService(reservations::Settings chosen) : application_(io_, std::move(chosen)) {}
  ~BookingService() { application_.close(); }

  net::Response ask(std::string method, std::string target, std::string body, net::Headers headers) {
    std::vector<Question> questions{{std::move(method), std::move(target), std::move(body), std::move(headers)}};
    return ask_all(std::move(questions)).front();
  }
  std::uint16_t port() const { return server_.port(); }
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

 private:
  struct Question { std::string method, target, body; net::Headers headers; };

  std::vector<net::Response> ask_all(std::vector<Question> questions) {
    std::vector<net::Response> responses(questions.size());
    std::vector<std::unique_ptr<net::HttpClient>> clients;
    std::exception_ptr failed;
    std::size_t open = questions.size();
    net::HttpClient::Options options;
    options.port = server_.port();
    for (std::size_t i = 0; i < questions.size(); ++i) {
      auto& [method, target, body, headers] = questions[i];
      clients.push_back(std::make_unique<net::HttpClient>(io_, options));
      boost::asio::co_spawn(io_, clients.back()->request(method, target, body, headers),
                            [&, i](std::exception_ptr error, net::Response response) {
                              if (error) failed = error;
                              responses[i] = std::move(response);
                              --open;
                            });
    }
    while (open > 0) io_.run_one();
    if (failed) std::rethrow_exception(failed);
    return responses;
  }

  boost::asio::io_context io_{1};
  reservations::Application application_;
  net::HttpServer server_{io_, {}, [this](net::Request request) { return application_.handle(std::move(request)); }};
};

}  // namespace segue::tests
