// /api/public/services, /api/admin/services, /api/admin/service-order.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "service/answers.hpp"
#include "reservations/application.hpp"
#include "reservations/handlers.hpp"
#include "reservations/services.hpp"

namespace segue::reservations {

namespace json = boost::json;
using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

constexpr std::string_view model = "new";

// One service, with its version: the moment of the last change.
net::Response service_answer(int status, const pg::Result& rows) {
  const auto service = json::parse(rows.text()).as_object();
  auto response = answer(status, service);
  response.headers.emplace_back("ETag", "\"" + std::string(service.at("updated_at").as_string()) + "\"");
  return response;
}

net::Response no_such_service() { return refuse(404, "not_found", "there is no such service"); }

// If-Match: the ETag that the caller has read; "*" is any version.
std::optional<std::string> seen_version(const net::Request& request) {
  const auto tag = trim(request.header("If-Match").value_or("*"));
  if (tag == "*") return std::nullopt;
  return std::string(tag.size() >= 2 && tag.front() == '"' && tag.back() == '"' ? tag.substr(1, tag.size() - 2) : tag);
}

// What became of a change: `results` are the row, and whether the code exists.
Served changed(const pg::PipelineReply& reply, const Call& call, std::string_view action) {
  Served served;
  if (reply.error) served.response = fail_by_phase(*reply.error, model);
  else if (reply.results.at(1).empty()) served.response = no_such_service();
  else if (reply.results.at(0).empty())
    served.response = refuse(412, "changed_meanwhile", "somebody else has changed this service; read it again");
  else {
    record(action, call, call.parts.at(0));
    served.response = service_answer(200, reply.results.at(0));
  }
  return served;
}

awaitable<Served> set_retired_to(Application& app, const Call& call, Retired retired) {
  auto queries = set_retired(call.parts.at(0), retired, seen_version(call.request));
  const auto reply = co_await app.run(std::move(queries), PipelineKind::transaction);
  co_return changed(reply, call, retired == Retired::yes ? "service.retire" : "service.restore");
}

net::Response other_services(const pg::Result& rows, const std::vector<std::string>& codes) {
  json::array missing, unknown;
  std::vector<std::string> existing;
  for (int row = 0; row < rows.rows(); ++row) existing.push_back(rows.text(row, 0));
  for (const auto& code : existing)
    if (std::find(codes.begin(), codes.end(), code) == codes.end()) missing.emplace_back(code);
  for (const auto& code : codes)
    if (std::find(existing.begin(), existing.end(), code) == existing.end()) unknown.emplace_back(code);
  return answer(409, {{"error", "other_services"}, {"message", "the list must hold every service that is not retired, and no other"},
                      {"missing", std::move(missing)}, {"unknown", std::move(unknown)}});
}

}  // namespace

awaitable<Served> offer_services(Application& app, const Call& call) {
  Served served;
  auto variant = app.variant_for(call.request, "");
  const Application::Make make = [](Variant by) { return std::vector<pg::Query>{offered_services(by)}; };
  const auto reply = co_await app.run_either(variant, make, PipelineKind::read);
  served.variant = name_of(variant);
  served.response = reply.error ? fail(*reply.error) : answer(200, {{"variant", name_of(variant)}, {"services", rows_as_json(reply.results.at(0))}});
  co_return served;
}

awaitable<Served> list_services(Application& app, const Call& call) {
  Served served;
  const auto retired = call.request.parameter("retired").value_or("false");
  if (retired != "true" && retired != "false") {
    served.response = refuse_fields("invalid", {{"retired", "must be true or false"}});
    co_return served;
  }
  std::vector<pg::Query> queries{all_services(retired == "true")};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::read);
  served.response = reply.error ? fail_by_phase(*reply.error, model) : answer(200, {{"services", rows_as_json(reply.results.at(0))}});
  co_return served;
}

awaitable<Served> show_service(Application& app, const Call& call) {
  Served served;
  std::vector<pg::Query> queries{one_service(call.parts.at(0))};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::read);
  if (reply.error) served.response = fail_by_phase(*reply.error, model);
  else served.response = reply.results.at(0).empty() ? no_such_service() : service_answer(200, reply.results.at(0));
  co_return served;
}

awaitable<Served> create_service(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, service_fields(true));
  if (body.refused) {
    served.response = std::move(*body.refused);
    co_return served;
  }
  std::vector<pg::Query> queries{insert_service(random_uuid(), json::serialize(body.values))};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::transaction);
  if (reply.error) served.response = fail_by_phase(*reply.error, model);
  else if (reply.results.at(0).empty())
    served.response = refuse(409, "exists", "a service with this code exists; a retired one can be restored");
  else {
    record("service.create", call, body.text("code"));
    served.response = service_answer(201, reply.results.at(0));
  }
  co_return served;
}

awaitable<Served> change_service(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, service_fields(false), true);
  if (body.refused) {
    served.response = std::move(*body.refused);
    co_return served;
  }
  auto queries = update_service(call.parts.at(0), json::serialize(body.values), seen_version(call.request));
  const auto reply = co_await app.run(std::move(queries), PipelineKind::transaction);
  co_return changed(reply, call, "service.change");
}

awaitable<Served> retire_service(Application& app, const Call& call) { return set_retired_to(app, call, Retired::yes); }
awaitable<Served> restore_service(Application& app, const Call& call) { return set_retired_to(app, call, Retired::no); }

awaitable<Served> order_services(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, {{"codes", Kind::codes}});
  if (body.refused) {
    served.response = std::move(*body.refused);
    co_return served;
  }
  std::vector<std::string> codes;
  for (const auto& code : body.values.at("codes").as_array()) codes.emplace_back(code.as_string());
  auto queries = reorder_services(codes);
  const auto reply = co_await app.run(std::move(queries), PipelineKind::transaction);
  if (reply.error) served.response = fail_by_phase(*reply.error, model);
  else if (reply.results.at(1).empty()) served.response = other_services(reply.results.at(0), codes);
  else {
    record("service.order", call, join(codes, ","));
    served.response = answer(200, {{"services", rows_as_json(reply.results.at(1))}});
  }
  co_return served;
}

}  // namespace segue::reservations
