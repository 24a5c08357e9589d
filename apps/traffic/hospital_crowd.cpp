#include "traffic/hospital_crowd.hpp"

#include <unordered_map>

#include "traffic/ledger.hpp"

namespace segue::traffic {
namespace {

class HospitalCrowd : public Crowd {
 public:
  HospitalCrowd(const Population& population, const std::string& ledger)
      : seed_(population.seed), ledger_(ledger), patients_(continued(population, ledger_.next_number())) {}
  void begin() override { ledger_.begin(seed_); }
  void end() override { ledger_.end(); }
  std::unique_ptr<Errand> next(std::chrono::sys_days today) override;
  void intend(Wish& wish);
  void end(const Wish& wish, Verdict& verdict, int tries);

 private:
  static Population continued(Population population, std::uint64_t next_number) {
    population.chapter = next_number - 1;
    return population;
  }
  void record(const Wish& wish, const Verdict& verdict, int tries);

  std::uint64_t seed_;
  Ledger ledger_;
  Patients patients_;
  std::unordered_map<std::size_t, std::string> variants_;        // which path answered a patient last
};

class HospitalErrand : public Errand {
 public:
  HospitalErrand(HospitalCrowd& crowd, Wish wish) : crowd_(crowd), wish_(std::move(wish)) { crowd_.intend(wish_); }
  std::string_view name() const override { return name_of(wish_.op); }
  const Request& request() const override { return wish_.request; }
  Verdict judge(const Answer& answer) const override { return traffic::judge(wish_.op, answer); }
  void end(Verdict& verdict, int tries) override { crowd_.end(wish_, verdict, tries); }

 private:
  HospitalCrowd& crowd_;
  Wish wish_;
};

std::unique_ptr<Errand> HospitalCrowd::next(std::chrono::sys_days today) {
  return std::make_unique<HospitalErrand>(*this, patients_.next(today));
}

void HospitalCrowd::intend(Wish& wish) {
  if (wish.op == Op::book) wish.request.key = ledger_.ask({wish.place.date, wish.place.service, wish.form, wish.place.period});
  if (wish.op == Op::status) ledger_.change(wish.id, wish.wanted);
}

void HospitalCrowd::end(const Wish& wish, Verdict& verdict, int tries) {
  record(wish, verdict, tries);
  patients_.learn(wish, verdict);
  if (!verdict.variant.empty()) variants_[wish.patient] = verdict.variant;
  else if ((verdict.failed || verdict.full) && wish.op != Op::listing) verdict.variant = variants_[wish.patient];
}

void HospitalCrowd::record(const Wish& wish, const Verdict& verdict, int tries) {
  if (wish.op != Op::book && wish.op != Op::status) return;
  const auto& what = wish.op == Op::book ? wish.request.key : wish.id;
  if (verdict.failed && verdict.unknown) ledger_.lost(what);
  else if (verdict.failed || verdict.full || verdict.refused)
    ledger_.not_done(what, verdict.failed ? "failed" : verdict.full ? "full" : "refused");
  else if (wish.op == Op::status) ledger_.status(wish.id, wish.wanted);
  else ledger_.book(what, {verdict.id, verdict.variant, verdict.status, verdict.date, verdict.time, verdict.period, verdict.minutes,
                            verdict.repeated}, tries);
}

}  // namespace

std::unique_ptr<Crowd> hospital_crowd(const Population& population, const std::string& ledger) {
  return std::make_unique<HospitalCrowd>(population, ledger);
}

}  // namespace segue::traffic
