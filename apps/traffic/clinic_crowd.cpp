#include "traffic/clinic_crowd.hpp"

#include <array>
#include <boost/json.hpp>

#include "traffic/clinic_record.hpp"
#include "traffic/clinic_wishes.hpp"

namespace segue::traffic {
namespace {

namespace json = boost::json;

class ClinicCrowd : public Crowd {
 public:
  ClinicCrowd(const ClinicPopulation& population, const std::string& ledger)
      : population_(population), ledger_(ledger), wishes_(population, ledger_.next_number() - 1), variants_(population.clinics.size()) {}
  void begin() override { ledger_.begin(population_.seed); }
  void end() override { ledger_.end(); }
  std::unique_ptr<Errand> next(std::chrono::sys_days today) override;
  void intend(ClinicWish& wish, std::string& key);
  void end(const ClinicWish& wish, const std::string& key, Verdict& verdict, const json::object& body);

 private:
  void look(std::size_t clinic, const json::object& row, std::string_view table);
  void look_at_lists(std::size_t clinic, const json::object& body);
  void meet(std::size_t clinic, std::string_view table, const json::value& id);

  ClinicPopulation population_;
  ClinicLedger ledger_;
  ClinicWishes wishes_;
  std::vector<std::string> variants_;                            // which path answered a clinic last
};

// A refusal that is right: the doctor is busy, or what is another clinic's is not there.
bool is_refusal(const ClinicWish& wish, const Answer& answer) {
  if (!wish.hostile) return false;
  return answer.status == 400 || answer.status == 401 || answer.status == 404;
}

bool shows_nothing(const json::object& body) {
  const auto* list = body.if_contains("appointments");
  return list != nullptr && list->is_array() && list->as_array().empty();
}

class ClinicErrand : public Errand {
 public:
  ClinicErrand(ClinicCrowd& crowd, ClinicWish wish) : crowd_(crowd), wish_(std::move(wish)) { crowd_.intend(wish_, key_); }
  std::string_view name() const override { return wish_.name; }
  const Request& request() const override { return wish_.request; }
  Verdict judge(const Answer& answer) const override;
  void end(Verdict& verdict, int) override { crowd_.end(wish_, key_, verdict, body_); }

 private:
  ClinicCrowd& crowd_;
  ClinicWish wish_;
  std::string key_;
  mutable json::object body_;                                    // of the last answer, where it was a success
};

Verdict ClinicErrand::judge(const Answer& answer) const {
  const bool writes = wish_.intent.has_value();
  Verdict verdict;
  if (answer.delivery != Answer::Delivery::answered) return judge_failure(answer, writes);
  if (is_refusal(wish_, answer)) {
    verdict.refused = true;
    return verdict;
  }
  verdict.full = answer.status == 409 && error_of(answer.body) == "busy" && !wish_.hostile;
  if (verdict.full) return verdict;
  if (answer.status != 200) return judge_failure(answer, writes);
  boost::system::error_code failed;
  const auto parsed = json::parse(answer.body, failed);
  const auto* variant = failed || !parsed.is_object() ? nullptr : parsed.get_object().if_contains("variant");
  const auto* id = variant == nullptr ? nullptr : parsed.get_object().if_contains("id");
  if (variant == nullptr || !variant->is_string() || (writes && (id == nullptr || !id->is_string()))) return malformed_answer(writes);
  body_ = parsed.get_object();
  verdict.variant = std::string(variant->get_string());
  verdict.id = writes ? std::string(id->get_string()) : "";
  verdict.made = writes && wish_.intent->id.empty() && wish_.intent->table == "appointments";
  verdict.changed = writes && !verdict.made;
  verdict.failed = wish_.hostile && !shows_nothing(body_);
  if (verdict.failed) verdict.reason = "another clinic's row was shown or changed";
  return verdict;
}

std::unique_ptr<Errand> ClinicCrowd::next(std::chrono::sys_days today) { return std::make_unique<ClinicErrand>(*this, wishes_.next(today)); }

void ClinicCrowd::intend(ClinicWish& wish, std::string& key) {
  if (!wish.intent) return;
  key = ledger_.ask(*wish.intent);
  if (wish.intent->id.empty()) wish.request.key = key;
}

void ClinicCrowd::meet(std::size_t clinic, std::string_view table, const json::value& id) {
  if (!id.is_string()) return;
  const std::string text(id.as_string());
  if (!wishes_.met(clinic, table, text)) ledger_.foreign(population_.clinics[clinic].id, text);
}

void ClinicCrowd::look(std::size_t clinic, const json::object& row, std::string_view table) {
  if (const auto* id = row.if_contains("id")) meet(clinic, table, *id);
  if (const auto* doctor = row.if_contains("doctor_id")) meet(clinic, "doctors of appointments", *doctor);
  if (const auto* patient = row.if_contains("patient_id")) meet(clinic, "patients of appointments", *patient);
}

void ClinicCrowd::look_at_lists(std::size_t clinic, const json::object& body) {
  for (const auto* table : {"appointments", "doctors", "patients"})
    if (const auto* list = body.if_contains(table); list != nullptr && list->is_array())
      for (const auto& row : list->as_array())
        if (row.is_object()) look(clinic, row.as_object(), table);
}

// A row whose state is not certain is left alone from then on.
void ClinicCrowd::end(const ClinicWish& wish, const std::string& key, Verdict& verdict, const json::object& body) {
  const bool done = !verdict.failed && !verdict.full && !verdict.refused;
  if (wish.hostile && verdict.failed && !body.empty()) ledger_.foreign(population_.clinics[wish.clinic].id, wish.request.path);
  if (done && !wish.hostile) look_at_lists(wish.clinic, body);
  if (done && wish.intent) look(wish.clinic, body, wish.intent->table);
  if (!verdict.variant.empty()) variants_[wish.clinic] = verdict.variant;
  else if (!wish.hostile) verdict.variant = variants_[wish.clinic];
  if (!wish.intent) return;
  if (verdict.failed && verdict.unknown) return ledger_.lost(key);
  if (!done) ledger_.not_done(key, verdict.failed ? "failed" : "busy");
  else ledger_.done(key, verdict.id, verdict.variant);
  const bool stays = wish.intent->table == "appointments" && wish.name != "cancel" && (done || !wish.intent->id.empty());
  if (stays && !verdict.failed) wishes_.keep({wish.clinic, done ? verdict.id : wish.intent->id});
}

}  // namespace

std::unique_ptr<Crowd> clinic_crowd(const ClinicPopulation& population, const std::string& ledger) {
  return std::make_unique<ClinicCrowd>(population, ledger);
}

}  // namespace segue::traffic
