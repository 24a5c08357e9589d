#include "traffic/ledger.hpp"

namespace segue::traffic {

Ledger::Ledger(std::string path)
    : IntentLedger(std::move(path), [](const std::string& name, std::string_view text) {
        Record record;
        read_ledger(record, name, text);
        return Before{record.name, record.last_number};
      }) {}

std::string Ledger::ask(const Asked& asked) {
  return IntentLedger::ask({{"date", asked.date}, {"service", asked.service}, {"form", asked.form}, {"period", asked.period}});
}

void Ledger::book(std::string_view key, const Told& told, int tries) {
  write("book", {{"key", key}, {"id", told.id}, {"variant", told.variant}, {"status", told.status}, {"date", told.date}, {"time", told.time},
                 {"period", told.period}, {"minutes", told.minutes}, {"repeated", told.repeated}, {"tries", tries}});
}

void Ledger::change(std::string_view id, std::string_view status) { write("change", {{"id", id}, {"status", status}}); }
void Ledger::status(std::string_view id, std::string_view status) { write("status", {{"id", id}, {"status", status}}); }
void Ledger::not_done(std::string_view what, std::string_view why) { write("not_done", {{"what", what}, {"why", why}}); }
void Ledger::lost(std::string_view what) { write("lost", {{"what", what}}); }

}  // namespace segue::traffic
