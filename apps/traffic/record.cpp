#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <stdexcept>

#include "base/error.hpp"
#include "traffic/record.hpp"

namespace segue::traffic {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& line, std::string_view name) {
  return std::string(line.at(name).as_string());
}

// One ledger's lines into the record. What std exception it throws only says "not a ledger line".
class Reading {
 public:
  explicit Reading(Record& record) : record_(record) {}
  void line(std::string_view text);

 private:
  void ask(const json::object& line, Time at);
  void book(const json::object& line, Time at);
  void status(const json::object& line);
  void not_done(const json::object& line);
  void lost(const json::object& line, Time at);
  Record& record_;
};

void Reading::line(std::string_view text) {
  const json::value parsed = json::parse(text);
  const json::object& line = parsed.as_object();
  const auto at = parse_time(text_of(line, "at"));
  const std::string op = text_of(line, "op");
  if (op == "begin") record_.name = text_of(line, "ledger");
  else if (op == "ask") ask(line, at);
  else if (op == "book") book(line, at);
  else if (op == "change") record_.bookings.at(text_of(line, "id")).unsure.push_back(text_of(line, "status"));
  else if (op == "status") status(line);
  else if (op == "not_done") not_done(line);
  else if (op == "lost") lost(line, at);
  else if (op != "end") throw std::invalid_argument("unknown op");
  if (record_.lines == 0 || at < record_.first) record_.first = at;
  ++record_.lines;
}

void Reading::ask(const json::object& line, Time at) {
  Intent intent;
  intent.asked = {text_of(line, "date"), text_of(line, "service"), text_of(line, "form"), text_of(line, "period")};
  intent.asked_at = intent.ended_at = at;
  const auto number = line.at("number").to_number<std::uint64_t>();
  if (!record_.intents.emplace(text_of(line, "key"), std::move(intent)).second) throw std::invalid_argument("a key twice");
  ++record_.asked;
  record_.last_number = std::max(record_.last_number, number);
}

void Reading::book(const json::object& line, Time at) {
  const Told told{text_of(line, "id"), text_of(line, "variant"), text_of(line, "status"), text_of(line, "date"),
                  text_of(line, "time"), text_of(line, "period"), line.at("minutes").to_number<std::int64_t>(),
                  line.at("repeated").as_bool()};
  if (told.variant != "old" && told.variant != "new") throw std::invalid_argument("unknown variant");
  const auto key = text_of(line, "key");
  auto& intent = record_.intents.at(key);
  if (intent.outcome == Intent::Outcome::booked) record_.doubled[told.id] = fmt::format("key {} was acknowledged as {}, too", key, intent.id);
  const auto [booking, fresh] = record_.bookings.try_emplace(told.id, Booking{key, intent.asked, told, told.status, {}, {}});
  if (!fresh) record_.doubled[told.id] = fmt::format("acknowledged to key {} and to key {}", booking->second.key, key);
  intent.outcome = Intent::Outcome::booked;
  intent.id = told.id;
  intent.ended_at = at;
  intent.tries = line.at("tries").to_number<int>();
  record_.repeated += intent.tries > 1;
}

// What is not sure came before this change, so the order is judged where everything is sure.
void Reading::status(const json::object& line) {
  auto& booking = record_.bookings.at(text_of(line, "id"));
  const auto status = text_of(line, "status");
  std::erase(booking.unsure, status);
  if (booking.unsure.empty() && booking.status != status && !may_follow(status, booking.status))
    booking.disorder = booking.status + ", then " + status;
  booking.status = status;
  ++record_.status_changes;
}

void Reading::not_done(const json::object& line) {
  const auto what = text_of(line, "what");
  record_.failed += text_of(line, "why") == "failed";
  if (record_.intents.erase(what) == 1) return;
  auto& unsure = record_.bookings.at(what).unsure;
  if (unsure.empty()) throw std::invalid_argument("no change under way");
  unsure.pop_back();                                             // one change of a booking is under way at most
}

void Reading::lost(const json::object& line, Time at) {
  const auto what = text_of(line, "what");
  if (const auto intent = record_.intents.find(what); intent != record_.intents.end()) {
    intent->second.outcome = Intent::Outcome::lost;
    intent->second.ended_at = at;
    ++record_.lost_bookings;
  } else {
    record_.bookings.at(what);                                   // it stays unsure
    ++record_.lost_changes;
  }
}

}  // namespace

bool may_follow(std::string_view status, std::string_view before) {
  const bool ends = status == "CANCELLED" || status == "COMPLETED" || status == "NO_SHOW";
  return (before == "PENDING" && (ends || status == "CONFIRMED")) || (before == "CONFIRMED" && ends);
}

void read_ledger(Record& record, const std::string& name, std::string_view text) {
  Reading reading(record);
  read_lines(name, text, record.last_line_cut, [&](std::string_view line) { reading.line(line); });
}

}  // namespace segue::traffic
