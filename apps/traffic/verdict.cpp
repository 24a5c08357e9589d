#include "traffic/verdict.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace segue::traffic {
namespace {

namespace json = boost::json;

Verdict failure(Op op, std::string reason, bool may_be_done) {
  Verdict verdict;
  verdict.failed = true;
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
  const bool sound = body.at("success").as_bool() && !verdict.id.empty() && !verdict.status.empty() &&
                     (verdict.variant == "old" || verdict.variant == "new");
  return sound ? verdict : failure(Op::book, "malformed answer", true);
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
    return failure(op, answer.reason, answer.delivery == Answer::Delivery::lost);
  Verdict verdict;
  if (answer.status == 409 && (op == Op::book || op == Op::status)) {
    verdict.full = op == Op::book;
    verdict.refused = op == Op::status;
    return verdict;
  }
  // A server that fails may have done the work before it did.
  if (answer.status != 200) return failure(op, fmt::format("status {}", answer.status), answer.status >= 500);
  try {
    const json::value body = json::parse(answer.body);
    if (op == Op::book) return read_booking(body);
    if (op == Op::listing ? !body.is_object() && !body.is_array() : !body.is_object())
      return failure(op, "malformed answer", true);
    return verdict;
  } catch (const std::exception&) {
    return failure(op, "malformed answer", true);
  }
}

}  // namespace segue::traffic
