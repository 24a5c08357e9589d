// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include "clinic/application.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "service/answers.hpp"
#include "service/idempotency.hpp"

namespace segue::clinic {

using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

constexpr std::string_view bearer = "Bearer ";

std::string flag(std::string_view name) { return rollout::flag_key("clinic-directory", name); }

net::Response unauthorized() {
  auto response = refuse(401, "unauthorized", "the clinic's bearer token is needed");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

bool same_rows(const pg::Result& left, const pg::Result& right) {
  if (left.rows() != right.rows()) return false;
  for (int row = 0; row < left.rows(); ++row)
    if (left.view(row, 0) != right.view(row, 0)) return false;
  return true;
}

}  // namespace

const Area& appointments_area() {
  static const Area area{flag("appointments-read"), flag("appointments-write")};
  return area;
}

const Area& doctors_area() {
  static const Area area{flag("doctors"), flag("doctors")};
  return area;
}

const Area& patients_area() {
  static const Area area{flag("patients"), flag("patients")};
  return area;
}

Caller caller_of(const Call& call) {
  const auto header = call.request.header("Authorization").value_or("");
  return {call.parts.at(0), sha256_hex(header.substr(std::min(header.size(), bearer.size())))};
}

net::Response fail_for(const Told& told) { return is_refused(*told.error) ? unauthorized() : fail(*told.error); }

std::optional<std::string> new_id(const Call& call) {
  const auto key = call.request.header("Idempotency-Key");
  if (!key) return random_uuid();
  if (!is_idempotency_key(*key)) return std::nullopt;
  return id_of_key(*key, call.parts.at(0));
}

// Whether it is this clinic's token the database says, in the transaction that does the work.
std::optional<net::Response> Application::admit(Call& call) const {
  const auto header = call.request.header("Authorization").value_or("");
  if (!header.starts_with(bearer) || header.size() == bearer.size()) return unauthorized();
  call.by = call.parts.at(0);
  return std::nullopt;
}

std::int64_t Application::revision() const {
  std::int64_t sum = 0;
  for (const auto& state : process().flag_states()) sum += state.revision;
  return sum;
}

// That the old side is gone is remembered until a flag moves: rows without a new side appear only behind a flag at 0.
std::vector<Form> Application::forms_of(const Call& call, const std::string& key) const {
  if (!process().flags) return {Form::old_model};
  return forms_for(variant_for(key, call.request, call.parts.at(0)), old_gone_at_ == revision());
}

awaitable<Told> Application::try_forms(std::vector<Form> forms, Write make) {
  Told told;
  for (const auto form : forms) {
    auto queries = make(form);
    auto reply = co_await run(std::move(queries), PipelineKind::transaction);
    if (reply.error && is_other_model(*reply.error) && form != forms.back()) {
      if (!told.error) told.error = reply.error;  // the first error is the one to tell
      continue;
    }
    if (reply.error && is_other_model(*reply.error) && told.error) co_return told;
    told.form = form;
    told.error = reply.error;
    told.results = std::move(reply.results);
    break;
  }
  if (told.form != forms.front()) reread_flags();
  if (told.form == Form::new_model && !told.error) old_gone_at_ = revision();
  co_return told;
}

awaitable<net::Response> Application::refused(const Call& call, net::Response refusal) {
  auto queries = enter(caller_of(call));
  auto reply = co_await run(std::move(queries), PipelineKind::transaction);
  Told told;
  told.error = std::move(reply.error);
  if (told.error) refusal = fail_for(told);
  co_return refusal;
}

// Both sides are read in one snapshot, so that a difference is one.
awaitable<Told> Application::read(const Call& call, const Area& area, std::string_view route, Read make) {
  const auto caller = caller_of(call);
  const bool compare = process().flags && compares(percent(area.read), percent(area.write));
  const Write queries_of = [&](Form form) {
    std::vector<pg::Query> queries;
    const bool both = compare && form != Form::new_model;
    if (both) queries.push_back({"clinic.snapshot", "set transaction isolation level repeatable read, read only"_sql, {}});
    for (auto& query : enter(caller)) queries.push_back(std::move(query));
    queries.push_back(make(form));
    if (both) queries.push_back(make(form == Form::old_model ? Form::bridged : Form::old_model));
    return queries;
  };
  auto forms = forms_of(call, area.read);
  auto told = co_await try_forms(std::move(forms), queries_of);
  if (told.error) co_return told;
  auto results = std::move(told.results);
  told.results.clear();
  if (results.size() == 5) {
    const bool same = same_rows(results[3], results[4]);
    metrics().compared(route, same);
    if (!same) log(LogLevel::warn, "paths.differ", {{"route", std::string(route)}, {"clinic", caller.clinic}});
    told.results.push_back(std::move(results[3]));
  } else {
    told.results.push_back(std::move(results[2]));
  }
  co_return told;
}

awaitable<Told> Application::write(const Call& call, const Area& area, Write make, Unknown unknown) {
  const auto caller = caller_of(call);
  const Write queries_of = [&](Form form) {
    auto queries = enter(caller);
    for (auto& query : make(form)) queries.push_back(std::move(query));
    return queries;
  };
  auto forms = forms_of(call, area.write);
  auto told = co_await try_forms(std::move(forms), queries_of);
  if (told.error) co_return told;
  told.results.erase(told.results.begin(), told.results.begin() + 2);
  if (told.form != Form::bridged || !unknown(told)) co_return told;
  std::vector<Form> old_only{Form::old_model};
  auto second = co_await try_forms(std::move(old_only), queries_of);
  if (second.error) co_return told;
  second.results.erase(second.results.begin(), second.results.begin() + 2);
  co_return second;
}

}  // namespace segue::clinic
