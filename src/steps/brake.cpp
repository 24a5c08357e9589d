#include "steps/brake.hpp"

#include <boost/json.hpp>
#include <thread>

#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace segue::steps {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto pace = std::chrono::seconds(1);
constexpr auto told_again = std::chrono::minutes(1);

std::string title(const Context& context) { return context.phase.name + " / " + context.step.name; }

// When the step was begun first: what it has written before a crash counts.
std::int64_t bytes_before(Context& context) {
  const auto rows = context.db.run("brake.before", R"sql(
    select coalesce((select (evidence->>'databaseBytes')::bigint from segue.audit where plan = $1 and action = $2 order by number desc limit 1),
                    pg_database_size(current_database())))sql"_sql, {context.plan.name, needs_action(context.phase.name, context.step.name)});
  return rows.integer();
}

std::vector<std::string> texts(const std::vector<Reading>& reasons) {
  std::vector<std::string> list;
  for (const auto& reason : reasons) list.push_back(reason.text);
  return list;
}

std::string budgets_of(const std::vector<Reading>& reasons) {
  std::string names;
  for (const auto& reason : reasons) names += reason.budget + ";";
  return names;
}

}  // namespace

std::string needs_action(const std::string& phase, const std::string& step) { return "needs: " + phase + " / " + step; }

Brake::Brake(Braked held) : held_(std::move(held)), gauges_(held_.db.url(), held_.plan, held_.bytes_before) {}

Brake::Brake(Context& context)
    : Brake(Braked{context.db, context.plan, context.epoch, title(context), context.options.actor, &context.progress, bytes_before(context)}) {}

// True if it is time to say what was found.
bool Brake::read() {
  const auto now = Clock::now();
  if (looked_ && now - *looked_ < pace) return false;
  looked_ = now;
  budgets_.look(now, gauges_.read(now));
  return true;
}

bool Brake::look() {
  if (read()) tell();
  return budgets_.stopped();
}

bool Brake::must_stop() {
  read();
  return budgets_.stopped();
}

void Brake::wait() {
  while (look()) {
    stop_if_interrupted();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void Brake::tell() {
  const auto now = *looked_;
  if (!budgets_.stopped() && !stopped_at_) return;
  if (!budgets_.stopped()) {
    const auto seconds = std::chrono::duration<double>(now - *stopped_at_).count();
    stopped_at_.reset();
    told_.clear();
    if (held_.progress != nullptr) held_.progress->resumed(seconds);
    return audit("went on: " + held_.title, {}, boost::json::serialize(boost::json::object{{"seconds", seconds}}));
  }
  const auto& reasons = budgets_.reasons();
  const bool begins = !stopped_at_;
  if (begins) stopped_at_ = now;
  const auto names = budgets_of(reasons);
  const bool others = begins || (!reasons.empty() && names != told_);
  if (!others && now - told_at_ < told_again) return;
  told_at_ = now;
  if (!reasons.empty() && held_.progress != nullptr) held_.progress->paused(texts(reasons));
  if (!others) return;
  told_ = names;
  audit("paused: " + held_.title, join(texts(reasons), "; "), boost::json::serialize(boost::json::object{{"reasons", boost::json::value_from(texts(reasons))}}));
}

void Brake::audit(const std::string& action, const std::string& reason, const std::string& evidence) {
  pg::Transaction transaction(held_.db);
  if (held_.epoch) journal::fence(held_.db, held_.plan.name, *held_.epoch);
  journal::audit(held_.db, held_.plan.name, held_.actor, action, reason, evidence);
  transaction.commit();
}

}  // namespace segue::steps
