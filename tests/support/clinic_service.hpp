// Two clinics on the way through plans/clinic-directory, and their service in this process.
// Does: the old schema, two doctors and two patients for each clinic ("c1", "c2"; "c1-d1", "c1-p1", ...), single phases on demand.
#pragma once
#include <boost/json.hpp>
#include <string>

#include "clinic/application.hpp"
#include "pg/connection.hpp"
#include "plan/plan.hpp"
#include "support/service_client.hpp"

namespace segue::tests {

class TwoClinics {
 public:
  TwoClinics();
  const std::string& url() const { return url_; }
  pg::Connection& db() { return db_; }
  void prepare();                                                // the new tables and columns
  void sync();                                                   // dual write
  void backfill();
  std::int64_t count(const std::string& sql) { return db_.run("test.count", sql::Sql::from_plan(sql)).integer(); }

 private:
  void steps(const std::string& kind);
  std::string url_;
  plan::Plan plan_;
  pg::Connection db_;
  std::int64_t epoch_ = 0;
};

// Shares of the flags, as this process overrides them.
struct Percents { int read = 0, write = 0, people = 0; };

class ClinicService : public ServiceClient<clinic::Application> {
 public:
  ClinicService(const std::string& url, const Percents& percents);
  // With the token of `as`, which is the clinic in the path unless another is named.
  net::Response call(std::string method, const std::string& clinic, const std::string& path, const boost::json::value& body = nullptr,
                     std::string as = {}, const std::string& key = {});
  static Question question(std::string method, const std::string& clinic, const std::string& path, const boost::json::value& body = nullptr,
                           std::string as = {}, const std::string& key = {});
};

boost::json::object body_of(const net::Response& response);

}  // namespace segue::tests
