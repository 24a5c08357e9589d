#include "traffic/clinic_record.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::traffic {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& line, std::string_view name) { return std::string(line.at(name).as_string()); }

void done(ClinicRecord& record, const json::object& line) {
  const auto intent = record.open.extract(text_of(line, "key"));
  if (intent.empty()) throw std::invalid_argument("an outcome without an intent");
  const auto id = text_of(line, "id");
  const auto& [table, clinic, changed, fields] = intent.mapped();
  const auto [found, fresh] = record.items.try_emplace(id, ClinicItem{table, clinic, text_of(line, "variant"), fields, {}});
  if (changed.empty() && !fresh) record.doubled[id] = "acknowledged to two intents";
  for (const auto& [name, value] : fields) found->second.fields[name] = value;
  record.changes += changed.empty() ? 0 : 1;
}

// An intent that came to nothing, or perhaps not, leaves the row as it was.
void not_done(ClinicRecord& record, const json::object& line) {
  if (record.open.erase(text_of(line, "key")) == 0) throw std::invalid_argument("an outcome without an intent");
  record.failed += text_of(line, "why") == "failed";
}

void ask(ClinicRecord& record, const json::object& line) {
  ClinicIntent intent{text_of(line, "table"), text_of(line, "clinic"), text_of(line, "id"), line.at("fields").as_object()};
  if (!record.open.emplace(text_of(line, "key"), std::move(intent)).second) throw std::invalid_argument("a key twice");
  record.last_number = std::max(record.last_number, line.at("number").to_number<std::uint64_t>());
  ++record.asked;
}

void read_line(ClinicRecord& record, std::string_view text) {
  const auto parsed = json::parse(text);
  const auto& line = parsed.as_object();
  const auto at = parse_time(text_of(line, "at"));
  const auto op = text_of(line, "op");
  if (op == "begin") record.name = text_of(line, "ledger");
  else if (op == "ask") ask(record, line);
  else if (op == "done") done(record, line);
  else if (op == "not_done") not_done(record, line);
  else if (op == "lost") ++record.lost, record.open.at(text_of(line, "key"));
  else if (op == "foreign") record.foreign.emplace_back(text_of(line, "clinic"), text_of(line, "id"));
  else if (op != "end") throw std::invalid_argument("unknown op");
  if (record.lines++ == 0 || at < record.first) record.first = at;
}

}  // namespace

void read_clinic_ledger(ClinicRecord& record, const std::string& name, std::string_view text) {
  read_lines(name, text, record.last_line_cut, [&](std::string_view line) { read_line(record, line); });
  for (const auto& [key, intent] : record.open)
    if (const auto item = record.items.find(intent.id); item != record.items.end()) item->second.unsure.push_back(intent.fields);
}

ClinicLedger::ClinicLedger(std::string path)
    : IntentLedger(std::move(path), [](const std::string& name, std::string_view text) {
        ClinicRecord record;
        read_clinic_ledger(record, name, text);
        return Before{record.name, record.last_number};
      }) {}

std::string ClinicLedger::ask(const ClinicIntent& intent) {
  return IntentLedger::ask({{"table", intent.table}, {"clinic", intent.clinic}, {"id", intent.id}, {"fields", intent.fields}});
}

void ClinicLedger::done(std::string_view key, std::string_view id, std::string_view variant) {
  write("done", {{"key", key}, {"id", id}, {"variant", variant}});
}

void ClinicLedger::not_done(std::string_view key, std::string_view why) { write("not_done", {{"key", key}, {"why", why}}); }
void ClinicLedger::lost(std::string_view key) { write("lost", {{"key", key}}); }
void ClinicLedger::foreign(std::string_view clinic, std::string_view id) { write("foreign", {{"clinic", clinic}, {"id", id}}); }

}  // namespace segue::traffic
