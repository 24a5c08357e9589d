#include "traffic/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

namespace segue::traffic {
namespace {

namespace json = boost::json;

constexpr const char* malformed = "malformed answer";
constexpr std::chrono::milliseconds shortest_pause(50), longest_pause(1000);

bool writes(Op op) { return op == Op::book || op == Op::status; }

Verdict failure(std::string reason, bool may_be_done, bool repeatable = false) {
  Verdict verdict;
  verdict.failed = true;
  verdict.repeatable = repeatable;
  verdict.unknown = may_be_done;
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
  verdict.made = true;
  return sound ? verdict : malformed_answer(true);
}

Verdict read_done(Op op, const std::string& text) {
  try {
    const json::value body = json::parse(text);
    if (op == Op::book) return read_booking(body);
    if (op == Op::listing ? !body.is_object() && !body.is_array() : !body.is_object()) return malformed_answer(writes(op));
    Verdict verdict;
    verdict.changed = op == Op::status;
    const auto* variant = op == Op::availability ? body.as_object().if_contains("variant") : nullptr;
    if (variant != nullptr) verdict.variant = std::string(variant->as_string());
    return verdict;
  } catch (const std::exception&) {
    return malformed_answer(writes(op));
  }
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

Verdict malformed_answer(bool writes) { return failure(malformed, writes); }

Verdict judge_failure(const Answer& answer, bool writes) {
  if (answer.delivery != Answer::Delivery::answered)
    return failure(answer.reason, writes && answer.delivery == Answer::Delivery::lost, answer.reason != malformed);
  const auto error = error_of(answer.body);
  // A server that fails may have done the work before it did, unless it says that it has not.
  const bool may_be_done = answer.status >= 500 && !(answer.status == 503 && error == "unavailable");
  return failure(fmt::format("status {}{}{}", answer.status, error.empty() ? "" : " ", error), writes && may_be_done, is_passing(answer.status, error));
}

Verdict judge(Op op, const Answer& answer) {
  const bool answered = answer.delivery == Answer::Delivery::answered;
  if (answered && answer.status == 200) return read_done(op, answer.body);
  Verdict verdict;
  const auto error = answered ? error_of(answer.body) : "";
  verdict.full = answered && answer.status == 409 && op == Op::book && (error == "full" || error == "closed");
  verdict.refused = answered && answer.status == 409 && op == Op::status;
  return verdict.full || verdict.refused ? verdict : judge_failure(answer, writes(op));
}

std::chrono::milliseconds pause_after(int tries, Random& random) {
  const auto pause = std::min(longest_pause, shortest_pause * (1 << std::clamp(tries - 1, 0, 10)));
  return pause / 2 + std::chrono::milliseconds(random.below(static_cast<std::uint64_t>(pause.count() / 2 + 1)));
}

}  // namespace segue::traffic
