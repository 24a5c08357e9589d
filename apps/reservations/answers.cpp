#include "reservations/answers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.hpp"

namespace segue::reservations {

namespace json = boost::json;

net::Response answer(int status, const json::object& body) {
  net::Response response;
  response.status = status;
  response.body = json::serialize(body);
  return response;
}

net::Response refuse(int status, std::string_view error, std::string_view message) {
  return answer(status, {{"error", error}, {"message", message}});
}

net::Response refuse_fields(std::string_view error, const std::vector<FieldProblem>& problems) {
  json::array fields;
  json::object reasons;
  for (const auto& [field, problem] : problems) {
    if (!reasons.contains(field)) fields.push_back(json::string(field));
    reasons[field] = problem;
  }
  return answer(400, {{"error", error}, {"message", "some fields are missing or wrong"}, {"fields", std::move(fields)},
                      {"problems", std::move(reasons)}});
}

net::Response fail(const Error& error) {
  log(LogLevel::error, "request.failed",
      {{"code", std::string(facts_of(error.code()).name)}, {"statement", error.statement()}, {"sqlstate", error.sqlstate()}});
  if (error.code() == ErrorCode::in_doubt)
    return refuse(503, "in_doubt", "the connection to the database broke; the change may have been made");
  const bool cancelled = error.sqlstate() == "57014", crowded = error.sqlstate() == "53300";
  if (error.code() != ErrorCode::connection && error.code() != ErrorCode::lock_timeout && !cancelled && !crowded)
    return refuse(500, "internal", "the request could not be carried out");
  auto response = refuse(503, "unavailable", "the service cannot answer now; nothing was changed");
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace segue::reservations
