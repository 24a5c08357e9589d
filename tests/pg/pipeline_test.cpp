#include "pg/pipeline.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "support/database.hpp"

using namespace segue;
using namespace segue::pg;
namespace asio = boost::asio;
using asio::awaitable;

namespace {

PipelineOptions options_for(const std::string& url, int sessions) {
  PipelineOptions options;
  options.url = url;
  options.sessions = sessions;
  return options;
}

struct Running {
  Running(const std::string& url, int sessions) : pool(io, options_for(url, sessions)) {}

  // Starts all at once and returns the replies in their order.
  std::vector<PipelineReply> all(std::vector<std::vector<Query>> requests, PipelineKind kind = PipelineKind::transaction) {
    std::vector<PipelineReply> replies(requests.size());
    std::size_t open = requests.size();
    for (std::size_t i = 0; i < requests.size(); ++i)
      asio::co_spawn(io, pool.run(std::move(requests[i]), kind), [&, i](std::exception_ptr error, PipelineReply reply) {
        REQUIRE_FALSE(error);
        replies[i] = std::move(reply);
        --open;
      });
    while (open > 0) io.run_one();
    return replies;
  }
  PipelineReply one(std::vector<Query> queries, PipelineKind kind = PipelineKind::transaction) {
    std::vector<std::vector<Query>> requests;
    requests.push_back(std::move(queries));
    return std::move(all(std::move(requests), kind).front());
  }
  // Until a request is answered again: the pool reconnects with back-off.
  bool comes_back() {
    for (int i = 0; i < 200; ++i) {
      if (!one({{"ping", "select 1"_sql, {}}}, PipelineKind::read).error) return true;
      asio::steady_timer pause(io, std::chrono::milliseconds(50));
      bool over = false;
      pause.async_wait([&](boost::system::error_code) { over = true; });
      while (!over) io.run_one();
    }
    return false;
  }

  asio::io_context io{1};
  PipelinePool pool;
};

Query insert(int number) { return {"insert", "insert into numbers values ($1::integer) returning n"_sql, {number}}; }
const Query wrong{"wrong", "select 1 / $1::integer"_sql, {0}};

std::string with_numbers() {
  auto url = tests::fresh_database();
  Connection(url).run("make", "create table numbers (n integer primary key deferrable initially deferred)"_sql);
  return url;
}

}  // namespace

TEST_CASE("a request that fails does not touch its neighbours in the same pipeline") {
  const auto url = with_numbers();
  Running running(url, 1);
  std::vector<std::vector<Query>> requests;
  for (int i = 0; i < 60; ++i) {
    if (i % 7 == 3) requests.push_back({insert(i), wrong, insert(1000 + i)});
    else requests.push_back({insert(i)});
  }
  const auto replies = running.all(std::move(requests));
  int failed = 0;
  for (int i = 0; i < 60; ++i) {
    const auto& reply = replies[static_cast<std::size_t>(i)];
    CHECK(reply.error.has_value() == (i % 7 == 3));
    failed += reply.error.has_value();
    if (reply.error) CHECK(reply.error->sqlstate() == "22012");
    else CHECK(reply.results.at(0).integer() == i);
  }
  CHECK(Connection(url).run("count", "select count(*) from numbers"_sql).integer() == 60 - failed);
}

TEST_CASE("an error at COMMIT is told, and the session goes on") {
  Running running(with_numbers(), 1);
  CHECK_FALSE(running.one({insert(1)}).error);
  const auto twice = running.one({insert(1)});
  REQUIRE(twice.error);
  CHECK(twice.error->sqlstate() == "23505");
  CHECK(twice.error->outcome() == Outcome::not_done);
  CHECK_FALSE(running.one({insert(2)}).error);
}

TEST_CASE("statements are prepared anew when their plan went stale or the session was emptied") {
  const auto url = with_numbers();
  Running running(url, 1);
  const Query star{"star", "select * from numbers"_sql, {}};
  CHECK_FALSE(running.one({insert(1), star}).error);
  Connection(url).run("alter", "alter table numbers add column extra text"_sql);
  const auto reply = running.one({insert(2), star});
  REQUIRE_FALSE(reply.error);
  CHECK(reply.results.at(1).columns() == 2);
  CHECK_FALSE(running.one({{"empty", "deallocate all"_sql, {}}}, PipelineKind::read).error);
  CHECK_FALSE(running.one({insert(3), star}).error);
  CHECK(Connection(url).run("count", "select count(*) from numbers"_sql).integer() == 3);
}

TEST_CASE("a session ended by the server before COMMIT has done nothing, and the pool connects again") {
  const auto url = with_numbers();
  Running running(url, 1);
  const auto reply = running.one({insert(1), {"end", "select pg_terminate_backend(pg_backend_pid())"_sql, {}}, insert(2)});
  REQUIRE(reply.error);
  CHECK(reply.error->code() == ErrorCode::connection);
  CHECK(reply.error->outcome() == Outcome::not_done);
  CHECK(running.comes_back());
  CHECK(Connection(url).run("count", "select count(*) from numbers"_sql).integer() == 0);
}

TEST_CASE("a server killed with COMMIT under way leaves the writer in doubt and the reader not") {
  Embedded server(EmbeddedOptions{.directory = "", .durable = false, .outlive = false, .settings = {}});
  const auto url = server.url();
  Running writer(url, 1), reader(url, 1);
  const Query pid{"pid", "select pg_backend_pid()"_sql, {}}, sleep{"sleep", "select pg_sleep(30)"_sql, {}};
  const auto victim = static_cast<pid_t>(writer.one({pid}).results.at(0).integer());
  asio::steady_timer later(writer.io, std::chrono::milliseconds(200));
  later.async_wait([&](boost::system::error_code) { ::kill(victim, SIGKILL); });
  const auto lost = writer.one({sleep});
  REQUIRE(lost.error);
  CHECK(lost.error->code() == ErrorCode::in_doubt);
  CHECK(lost.error->outcome() == Outcome::unknown);
  CHECK(writer.comes_back());
  CHECK(reader.comes_back());

  const auto second = static_cast<pid_t>(reader.one({pid}, PipelineKind::read).results.at(0).integer());
  asio::steady_timer again(reader.io, std::chrono::milliseconds(200));
  again.async_wait([&](boost::system::error_code) { ::kill(second, SIGKILL); });
  const auto read = reader.one({sleep}, PipelineKind::read);
  REQUIRE(read.error);
  CHECK(read.error->code() == ErrorCode::connection);
}

TEST_CASE("without a server a request is refused at once") {
  Running running("host=/nonexistent dbname=none", 2);
  const auto reply = running.one({insert(1)});
  REQUIRE(reply.error);
  CHECK(reply.error->code() == ErrorCode::connection);
}
