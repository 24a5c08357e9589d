#include "traffic/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

namespace segue::traffic {
namespace {

namespace json = boost::json;

constexpr const char* malformed = "malformed answer";
constexpr std::chrono::milliseconds shortest_pause(50), longest_pause(1000);

Verdict failure(Op op, std::string reason, bool may_be_done, bool repeatable = false) {
  Verdict verdict;
  verdict.failed = true;
  verdict.repeatable = repeatable;
  verdict.unknown = may_be_done && (op == Op::book || op == Op::status);
  verdict.reason = std::move(reason);
  return verdict;
}

// Throws what Boost.JSON throws where the shape is another.
Verdict read_booking(const json::value& body) {
  Verdict verdict;
  const auto& reservation = body.at("reservation");
  verdict.variant = std::string(body.at("variant").as_string());
  verdict.id = std::string(reservation.at("id").as_string());
  verdict.status = std::string(reservation.at("status").as_string());
  const auto text = [&](const char* name) {
    const auto* found = reservation.as_object().if_contains(name);
    return found == nullptr || found->is_null() ? std::string() : std::string(found->as_string());
  };
  verdict.date = text("preferred_date");
  verdict.time = text("preferred_time");
  verdict.period = text("period");
  if (const auto* minutes = reservation.as_object().if_contains("estimated_duration")) verdict.minutes = minutes->as_int64();
  if (const auto* repeated = body.as_object().if_contains("repeated")) verdict.repeated = repeated->as_bool();
  const bool sound = body.at("success").as_bool() && !verdict.id.empty() && !verdict.status.empty() &&
                     (verdict.variant == "old" || verdict.variant == "new");
  return sound ? verdict : failure(Op::book, malformed, true);
}

Verdict read_done(Op op, const std::string& text) {
  try {
    const json::value body = json::parse(text);
    if (op == Op::book) return read_booking(body);
    if (op == Op::listing ? !body.is_object() && !body.is_array() : !body.is_object()) return failure(op, malformed, true);
    Verdict verdict;
    const auto* variant = op == Op::availability ? body.as_object().if_contains("variant") : nullptr;
    if (variant != nullptr) verdict.variant = std::string(variant->as_string());
    return verdict;
  } catch (const std::exception&) {
    return failure(op, malformed, true);
  }
}

// The code of a JSON error, where it is one: a word, never a text that could hold anything.
std::string error_of(const std::string& text) {
  boost::system::error_code failed;
  const auto body = json::parse(text, failed);
  if (failed || !body.is_object()) return {};
  const auto* error = body.get_object().if_contains("error");
  if (error == nullptr || !error->is_string()) return {};
  const std::string code(error->get_string());
  const bool word = code.size() <= 40 && code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == code.npos;
  return word ? code : std::string();
}

// What may be over in a moment: a server that starts or ends, a first try that is still under way.
bool is_passing(int status, std::string_view error) {
  return status == 408 || status == 429 || status == 502 || status == 503 || status == 504 ||
         (status == 409 && error == "in_progress");
}

}  // namespace

std::string_view name_of(Op op) {
  switch (op) {
    case Op::book: return "book";
    case Op::availability: return "availability";
    case Op::status: return "status";
    case Op::listing: return "listing";
  }
  return "unknown";
}

Verdict judge(Op op, const Answer& answer) {
  if (answer.delivery != Answer::Delivery::answered)
    return failure(op, answer.reason, answer.delivery == Answer::Delivery::lost, answer.reason != malformed);
  if (answer.status == 200) return read_done(op, answer.body);
  const auto error = error_of(answer.body);
  Verdict verdict;
  verdict.full = answer.status == 409 && op == Op::book && (error == "full" || error == "closed");
  verdict.refused = answer.status == 409 && op == Op::status;
  if (verdict.full || verdict.refused) return verdict;
  // A server that fails may have done the work before it did, unless it says that it has not.
  const bool may_be_done = answer.status >= 500 && !(answer.status == 503 && error == "unavailable");
  return failure(op, fmt::format("status {}{}{}", answer.status, error.empty() ? "" : " ", error), may_be_done, is_passing(answer.status, error));
}

std::chrono::milliseconds pause_after(int tries, Random& random) {
  const auto pause = std::min(longest_pause, shortest_pause * (1 << std::clamp(tries - 1, 0, 10)));
  return pause / 2 + std::chrono::milliseconds(random.below(static_cast<std::uint64_t>(pause.count() / 2 + 1)));
}

}  // namespace segue::traffic
