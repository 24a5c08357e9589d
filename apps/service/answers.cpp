#include "service/answers.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.hpp"
#include "service/variant.hpp"

namespace segue::service {

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

json::array rows_as_json(const pg::Result& rows) {
  json::array list;
  for (int row = 0; row < rows.rows(); ++row) list.push_back(json::parse(rows.text(row, 0)));
  return list;
}

void record(std::string_view action, const Call& call, std::string target, std::int64_t rows) {
  log(LogLevel::info, "admin.change", {{"action", std::string(action)}, {"by", call.by}, {"target", std::move(target)}, {"rows", rows}});
}

net::Response fail_by_phase(const Error& error, std::string_view model) {
  if (!is_other_model(error) && error.sqlstate() != "42704") return fail(error);
  return refuse(409, "not_in_this_phase",
                "the tables of the " + std::string(model) + " data model do not exist in this phase of the migration");
}

}  // namespace segue::service
