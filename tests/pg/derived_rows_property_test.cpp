// Whatever old-style and new-style writers do while derived rows are filled: at the end both models say the same, nothing a
// writer was told is lost, no derived row is there twice, and no request failed.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/clinics.hpp"
#include "support/team.hpp"

using namespace segue;
using segue::tests::Clinics;
using sql::Sql;

namespace {

constexpr int writers = 3, persons = 6, doctors_at_the_start = 400, patients_at_the_start = 600, transactions_behind = 40;

// One client. Doctors and patients are its own; the persons that patients may be are everybody's.
class Client {
 public:
  Client(const std::string& url, int number, std::uint64_t seed)
      : db_(url, {.application_name = "client", .search_path = "public"}), number_(number), random_(seed) {}

  void adopt_doctor(const std::string& id, const std::string& specialization) { doctors_[id] = specialization; }
  void adopt_patient(const std::string& id) { patients_.push_back(id); }

  void run(const std::atomic<bool>& stop, const std::atomic<bool>& both_styles) {
    while (!stop && failure_.empty()) {
      try {
        act(both_styles);
        ++transactions_;
      } catch (const Error& error) {
        failure_ = error.sqlstate() + " " + error.message() + " in " + last_;
      }
    }
  }

  std::int64_t transactions() const { return transactions_; }
  const std::string& failure() const { return failure_; }
  const std::map<std::string, std::string>& doctors() const { return doctors_; }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  template <class... Parts> void write(const char* text, const Parts&... parts) {
    last_ = fmt::format(fmt::runtime(text), parts...);
    db_.run("client", Sql::from_plan(last_));
  }
  std::string clinic() { return fmt::format("c{}", 1 + below(3)); }
  std::string name() { return fmt::format("name{}", below(3)); }
  std::string word() { return fmt::format("w{}", random_() % 1'000'000); }
  std::string new_id(const char* kind) { return fmt::format("{}-{}-{}", kind, number_, ++ids_); }
  std::string person() { return below(2) == 0 ? "null" : fmt::format("'u{}'", below(persons)); }
  const std::string& patient() { return patients_[below(patients_.size())]; }
  const std::string& doctor() { return std::next(doctors_.begin(), static_cast<std::ptrdiff_t>(below(doctors_.size())))->first; }

  void act(bool both_styles) { below(2) == 0 && both_styles ? new_style() : old_style(); }

  void old_style() {
    const auto id = doctor();
    const auto value = word();
    switch (below(10)) {
      case 0: return insert_doctor();
      case 1: write("insert into patients values ('{}', '{}', '{}', {})", id + value, clinic(), name(), person()); return patients_.push_back(id + value);
      case 2: write("update users set specialization = '{}' where id = '{}'", value, id); doctors_[id] = value; return;
      case 3: return write("update users set experience = {} where id = '{}'", below(40), id);
      case 4: return write("update users set \"clinicId\" = '{}' where id = '{}'", clinic(), id);
      case 5: return write("update users set role = case role when 'DOCTOR' then 'STAFF' else 'DOCTOR' end where id = '{}'", id);
      case 6: return write("update patients set \"fullName\" = '{}' where id = '{}'", name(), patient());
      case 7: return write("update patients set \"clinicId\" = '{}' where id = '{}'", clinic(), patient());
      case 8: return write("update patients set \"userId\" = {} where id = '{}'", person(), patient());
      default: return remove_patient("delete from patients where id = '{}'");
    }
  }

  void insert_doctor() {
    const auto id = new_id("d"), value = word();
    write("insert into users values ('{}', 'DOCTOR', 'x', '{}', '{}', null, 1)", id, clinic(), value);
    doctors_[id] = value;
  }

  void new_style() {
    const auto id = doctor();
    const auto value = word();
    switch (below(5)) {
      case 0: return change_specialization(id, value);
      case 1: return write(R"(update clinic_doctors d set "isActive" = false from global_doctors g where g.id = d."globalDoctorId" and g."userId" = '{}')", id);
      case 2: return write(R"(update global_patients set "fullName" = '{}' where "personKey" = 'user:u{}')", name(), below(persons));
      case 3: return insert_patient();
      default: return remove_patient(R"(delete from clinic_patients c using global_patients g where g.id = c."globalPatientId" and g."personKey" = 'patient:{}')");
    }
  }

  // A row that is not there, or no longer active, takes no value.
  void change_specialization(const std::string& id, const std::string& value) {
    last_ = "change_specialization";
    const auto rows = db_.run("client", Sql::from_plan(fmt::format(
        R"(update clinic_doctors d set specialization = '{}' from global_doctors g where g.id = d."globalDoctorId" and g."userId" = '{}' and d."isActive" returning 1)",
        value, id))).rows();
    if (rows > 0) doctors_[id] = value;
  }

  void insert_patient() {
    const auto id = new_id("n");
    pg::Transaction transaction(db_);
    write(R"(insert into global_patients (id, "personKey", "fullName") values ('g{0}', 'patient:{0}', '{1}'))", id, name());
    write(R"(insert into clinic_patients (id, "clinicId", "globalPatientId") values ('{0}', '{1}', 'g{0}'))", id, clinic());
    transaction.commit();
    patients_.push_back(id);
  }

  void remove_patient(const char* statement) {
    if (patients_.size() < 20) return;
    const auto at = below(patients_.size());
    write(statement, patients_[at]);
    patients_.erase(patients_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  pg::Connection db_;
  int number_;
  std::mt19937_64 random_;
  std::map<std::string, std::string> doctors_;                   // specialization, as acknowledged last
  std::vector<std::string> patients_;
  int ids_ = 0;
  std::atomic<std::int64_t> transactions_{0};
  std::string failure_, last_;
};

struct Load : tests::Team<Client> {
  Load(Clinics& clinics, std::uint64_t seed) {
    for (int i = 0; i < writers; ++i) add(clinics.url(), i, seed * 10 + static_cast<std::uint64_t>(i));
    clinics.write(fmt::format(R"(
      insert into users select 'u' || i, 'PATIENT', 'x' from generate_series(0, {}) i;
      insert into users select 'd' || i, 'DOCTOR', 'x', 'c' || 1 + i % 3, 's' || i, null, i % 30 from generate_series(1, {}) i;
      insert into patients select 'p' || i, 'c' || 1 + i % 3, 'name0', case when i % 4 = 0 then 'u' || i % {} end from generate_series(1, {}) i;
      analyze)", persons - 1, doctors_at_the_start, persons, patients_at_the_start));
    for (int i = 1; i <= doctors_at_the_start; ++i) owner(i).adopt_doctor(fmt::format("d{}", i), fmt::format("s{}", i));
    for (int i = 1; i <= patients_at_the_start; ++i) owner(i).adopt_patient(fmt::format("p{}", i));
  }
  void wait_for_more() const { Team::wait_for_more(transactions_behind); }
};

// What only a person can decide: names of one person that differ, and pairs of which each side was written while the other
// was held by somebody else. Here the old side is right. Returns the doctors this was decided for: what the new side was told is gone.
std::set<std::string> decide(Clinics& clinics) {
  clinics.settle();
  std::set<std::string> doctors;
  const auto torn = clinics.db().run("torn", R"sql(
    select g."userId" from segue.repairs r join clinic_doctors d on r.key = array[d.id] join global_doctors g on g.id = d."globalDoctorId"
    where r.mapping = 'clinic_doctors' and r.direction = 'old' and r."resolvedAt" is null)sql"_sql);
  for (int row = 0; row < torn.rows(); ++row) doctors.insert(torn.text(row, 0));
  clinics.write(R"(update segue.repairs set "resolvedAt" = now() where direction = 'old' and "resolvedAt" is null)");
  for (int i = 0; i < persons; ++i) clinics.write(fmt::format(R"(update patients set "fullName" = 'decided' where "userId" = 'u{}')", i));
  clinics.settle();
  return doctors;
}

void migrate_under_load(std::uint64_t seed) {
  CAPTURE(seed);
  Clinics clinics;
  Load load(clinics, seed);
  load.begin();
  load.wait_for_more();
  clinics.sync_all();
  load.both_styles = true;
  load.wait_for_more();
  for (const auto& mapping : clinics.plan().mappings) {
    clinics.run("backfill " + mapping.name);
    load.wait_for_more();
    clinics.settle();
  }
  load.wait_for_more();
  load.end();
  for (const auto& client : load.clients) CHECK(client.failure() == "");
  const auto decided = decide(clinics);
  CHECK(clinics.repairs() == "");
  CHECK(clinics.findings() == "");
  for (const auto& client : load.clients)
    for (const auto& [id, specialization] : client.doctors())
      if (!decided.contains(id)) CHECK(clinics.ask("select specialization from users where id = '" + id + "'") == specialization);
  CHECK(clinics.ask(R"(select count(*) from (select 1 from global_patients group by "personKey" having count(*) > 1) d)") == "0");
}

}  // namespace

// SEGUE_PROPERTY_ROUNDS=50 looks longer.
TEST_CASE("derived rows follow whatever is written while they are filled") {
  const char* wanted = std::getenv("SEGUE_PROPERTY_ROUNDS");
  const auto count = wanted != nullptr ? to_integer(wanted).value_or(2) : 2;
  for (std::int64_t i = 0; i < count; ++i) migrate_under_load(7000 + static_cast<std::uint64_t>(i));
}
