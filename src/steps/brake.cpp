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

Brake::Brake(Context& context) : context_(context), gauges_(context.db.url(), context.plan, bytes_before(context)) {}

bool Brake::look() {
  const auto now = Clock::now();
  if (looked_ && now - *looked_ < pace) return budgets_.stopped();
  looked_ = now;
  const bool was_stopped = budgets_.stopped();
  budgets_.look(now, gauges_.read(now));
  stop_or_go(was_stopped);
  return budgets_.stopped();
}

void Brake::wait() {
  while (look()) {
    stop_if_interrupted();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void Brake::stop_or_go(bool was_stopped) {
  const auto now = *looked_;
  if (!budgets_.stopped() && !was_stopped) return;
  if (!budgets_.stopped()) {
    const auto seconds = std::chrono::duration<double>(now - stopped_at_).count();
    context_.progress.resumed(seconds);
    return audit("went on: " + title(context_), {}, boost::json::serialize(boost::json::object{{"seconds", seconds}}));
  }
  const auto& reasons = budgets_.reasons();
  if (!was_stopped) stopped_at_ = now;
  const auto names = budgets_of(reasons);
  const bool others = !was_stopped || (!reasons.empty() && names != told_);
  if (!others && now - told_at_ < told_again) return;
  told_at_ = now;
  if (!reasons.empty()) context_.progress.paused(texts(reasons));
  if (!others) return;
  told_ = names;
  audit("paused: " + title(context_), join(texts(reasons), "; "), boost::json::serialize(boost::json::object{{"reasons", boost::json::value_from(texts(reasons))}}));
}

void Brake::audit(const std::string& action, const std::string& reason, const std::string& evidence) {
  pg::Transaction transaction(context_.db);
  journal::fence(context_.db, context_.plan.name, context_.epoch);
  journal::audit(context_.db, context_.plan.name, context_.options.actor, action, reason, evidence);
  transaction.commit();
}

}  // namespace segue::steps
