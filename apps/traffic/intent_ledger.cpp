#include "traffic/intent_ledger.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace segue::traffic {

IntentLedger::IntentLedger(std::string path, const std::function<Before(const std::string&, std::string_view)>& read)
    : file_(std::move(path)) {
  const auto before = read(file_.path(), file_.before());
  name_ = before.name.empty() ? random_uuid().substr(0, 8) : before.name;
  next_number_ = before.last_number + 1;
}

void IntentLedger::begin(std::uint64_t seed) {
  key_start_ = fmt::format("{}-{}-", name_, seed);
  write("begin", {{"ledger", name_}, {"seed", seed}});
}

void IntentLedger::end() { write("end", {}); }

std::string IntentLedger::ask(const boost::json::object& fields) {
  const auto number = next_number_++;
  auto key = key_start_ + std::to_string(number);
  auto line = LineFile::line("ask");
  line["key"] = key;
  line["number"] = number;
  line.insert(fields.begin(), fields.end());
  file_.write(line);
  return key;
}

void IntentLedger::write(std::string_view op, const boost::json::object& fields) {
  auto line = LineFile::line(op);
  line.insert(fields.begin(), fields.end());
  file_.write(line);
}

}  // namespace segue::traffic
