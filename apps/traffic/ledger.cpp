#include "traffic/ledger.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace segue::traffic {

Ledger::Ledger(std::string path) : file_(std::move(path)) {
  Record before;
  read_ledger(before, file_.path(), file_.before());
  name_ = before.name.empty() ? random_uuid().substr(0, 8) : before.name;
  next_number_ = before.last_number + 1;
}

void Ledger::begin(std::uint64_t seed) {
  key_start_ = fmt::format("{}-{}-", name_, seed);
  auto line = LineFile::line("begin");
  line["ledger"] = name_;
  line["seed"] = seed;
  file_.write(line);
}

std::string Ledger::ask(const Asked& asked) {
  auto line = LineFile::line("ask");
  const auto number = next_number_++;
  auto key = key_start_ + std::to_string(number);
  line["key"] = key;
  line["number"] = number;
  line["date"] = asked.date;
  line["service"] = asked.service;
  line["form"] = asked.form;
  line["period"] = asked.period;
  file_.write(line);
  return key;
}

void Ledger::book(std::string_view key, const Told& told, int tries) {
  auto line = LineFile::line("book");
  line["key"] = key;
  line["id"] = told.id;
  line["variant"] = told.variant;
  line["status"] = told.status;
  line["date"] = told.date;
  line["time"] = told.time;
  line["period"] = told.period;
  line["minutes"] = told.minutes;
  line["repeated"] = told.repeated;
  line["tries"] = tries;
  file_.write(line);
}

void Ledger::change(std::string_view id, std::string_view status) {
  auto line = LineFile::line("change");
  line["id"] = id;
  line["status"] = status;
  file_.write(line);
}

void Ledger::status(std::string_view id, std::string_view status) {
  auto line = LineFile::line("status");
  line["id"] = id;
  line["status"] = status;
  file_.write(line);
}

void Ledger::not_done(std::string_view what, std::string_view why) {
  auto line = LineFile::line("not_done");
  line["what"] = what;
  line["why"] = why;
  file_.write(line);
}

void Ledger::lost(std::string_view what) {
  auto line = LineFile::line("lost");
  line["what"] = what;
  file_.write(line);
}

void Ledger::end() { file_.write(LineFile::line("end")); }

}  // namespace segue::traffic
