// A service in this process, on a free port, asked over real connections.
// Does: run the io_context while it asks. Does not: use a thread of its own.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <memory>
#include <string>
#include <vector>

#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "service/process.hpp"

namespace segue::tests {

struct Question { std::string method, target, body; net::Headers headers; };

template <class Application> class ServiceClient {
 public:
  explicit ServiceClient(const service::Settings& chosen) : application_(io_, chosen) {}
  ~ServiceClient() { application_.close(); }

  std::uint16_t port() const { return server_.port(); }
  net::Response ask(std::string method, std::string target, std::string body, net::Headers headers) {
    std::vector<Question> questions{{std::move(method), std::move(target), std::move(body), std::move(headers)}};
    return ask_all(std::move(questions)).front();
  }
  // All at once, each on its own connection.
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

 private:
  boost::asio::io_context io_{1};
  Application application_;
  net::HttpServer server_{io_, {}, [this](net::Request request) { return application_.handle(std::move(request)); }};
};

}  // namespace segue::tests
