// Clients of an application, each in a thread of its own, while it is migrated.
// Does: begin them, wait until each has done some more, end them. A Client has run(stop, both_styles), transactions(), failure().
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <thread>
#include <vector>

namespace segue::tests {

template <class Client> class Team {
 public:
  Team() = default;
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team() { end(); }

  template <class... Arguments> void add(Arguments&&... arguments) { clients.emplace_back(std::forward<Arguments>(arguments)...); }
  // Whose row this is: rows are dealt out in turns.
  Client& owner(int number) { return clients[static_cast<std::size_t>(number) % clients.size()]; }
  void begin() {
    for (auto& client : clients) threads_.emplace_back([this, &client] { client.run(stop_, both_styles); });
  }
  void end() {
    stop_ = true;
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  // Until each client has committed so many more, or has failed.
  void wait_for_more(std::int64_t transactions) const {
    std::vector<std::int64_t> begin;
    for (const auto& client : clients) begin.push_back(client.transactions());
    for (std::size_t i = 0; i < clients.size(); ++i)
      while (clients[i].transactions() < begin[i] + transactions && clients[i].failure().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  std::deque<Client> clients;
  std::atomic<bool> both_styles{false};

 private:
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_{false};
};

}  // namespace segue::tests
