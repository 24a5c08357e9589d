#include "engine/watch.hpp"

#include <algorithm>
#include <optional>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/progress.hpp"
#include "base/text.hpp"
#include "engine/review.hpp"
#include "journal/identity.hpp"
#include "journal/journal.hpp"
#include "steps/heal.hpp"
#include "steps/repairs.hpp"

namespace segue::engine {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Notes wake it; where the server sends none (journal.sql says when), it looks by itself.
constexpr milliseconds look_every{500};
constexpr milliseconds repairs_every{5000};
constexpr milliseconds longest_pause{10'000};

// What no patience mends.
bool is_final(const Error& error) {
  const auto code = error.code();
  return code == ErrorCode::plan_changed || code == ErrorCode::plan_file || code == ErrorCode::permission || code == ErrorCode::refused ||
         code == ErrorCode::journal_newer || code == ErrorCode::unsupported_server || code == ErrorCode::usage;
}

// What others are to be spared is told as an event.
class Standing final : public Silence {
 public:
  explicit Standing(const std::function<void(const WatchEvent&)>& tell) : tell_(tell) {}
  void paused(const std::vector<std::string>& reasons) override { tell_({.what = "paused", .detail = join(reasons, "; ")}); }
  void resumed(double) override { tell_({.what = "goes on"}); }

 private:
  const std::function<void(const WatchEvent&)>& tell_;
};

class Watch {
 public:
  Watch(pg::Connection& db, const plan::Plan& plan, const WatchOptions& options) : db_(db), plan_(plan), tell_(options.tell), standing_(options.tell) {}

  // False while there is nothing to watch: the plan has not begun, or dual write is off.
  bool round(bool with_repairs) {
    if (!journal::is_installed(db_) || !journal::begun_hash(db_, plan_.name)) return false;
    refuse_other_plan(db_, plan_);
    for (const auto& value : plan_.values) read(value);
    bool any = false;
    for (const auto& definition : plan_.mappings) any = heal(definition.name, with_repairs) || any;
    return any;
  }

 private:
  bool heal(const std::string& name, bool with_repairs) {
    const auto mapping = mapped(name);
    if (!mapping || !steps::is_synced(db_, *mapping)) return false;
    WatchEvent event{.what = "healed"};
    if (with_repairs) steps::reopen_changed(db_, plan_, std::nullopt, *mapping);
    const auto before = with_repairs ? journal::open_repairs(db_, plan_.name, name) : 0;
    if (before > 0) steps::settle(db_, plan_, std::nullopt, *mapping, false, &standing_);
    event.repairs_open = before > 0 ? journal::open_repairs(db_, plan_.name, name) : 0;
    event.repairs_settled = std::max<std::int64_t>(0, before - event.repairs_open);
    if (event.repairs_settled > 0) tell_(event);
    return true;
  }

  void read(const plan::ValueDef& value) {
    const auto healed = steps::heal_texts(db_, plan_, std::nullopt, value, &standing_);
    if (healed.texts > 0) tell_({.what = "healed", .texts = healed.texts, .unreadable = healed.unreadable, .waited_ms = healed.waited_ms});
  }

  // Nothing before its tables and new columns are there.
  std::optional<steps::Mapped> mapped(const std::string& name) {
    const auto& definition = plan_.mapping(name);
    for (const auto& table : {definition.table, definition.into})
      if (!table.empty() && !catalog::find_table(db_, {plan_.schema, table})) return std::nullopt;
    try {
      return steps::mapped(db_, plan_, name);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::plan_file) throw;
      return std::nullopt;
    }
  }

  pg::Connection& db_;
  const plan::Plan& plan_;
  const std::function<void(const WatchEvent&)>& tell_;
  Standing standing_;
};

bool stopping(const WatchOptions& options) { return interrupted() || (options.stop && options.stop()); }

// One connection's life.
void listen(const std::string& url, const plan::Plan& plan, const WatchOptions& options, milliseconds& pause, bool& was_there) {
  pg::Connection db(url, {.application_name = "segue/watch/" + plan.name, .search_path = sql::quote_identifier(plan.schema)});
  journal::refuse_standby(db);
  db.run("watch.listen", "listen segue_work"_sql);
  was_there = true;
  Watch watch(db, plan, options);
  std::optional<bool> working;
  auto repairs_due = Clock::now();
  while (!stopping(options)) {
    const bool with_repairs = Clock::now() >= repairs_due;
    const bool now = watch.round(with_repairs);
    if (with_repairs) repairs_due = Clock::now() + repairs_every;
    if (working != now) options.tell({.what = now ? "listening" : "waiting"});
    working = now;
    pause = milliseconds{100};                                   // the connection is good
    if (db.wait_notification(look_every)) repairs_due = Clock::now();
    while (db.wait_notification(milliseconds{0})) {}
  }
}

void rest(milliseconds time, const WatchOptions& options) {
  for (auto left = time; left.count() > 0 && !stopping(options); left -= milliseconds{50}) std::this_thread::sleep_for(std::min(left, milliseconds{50}));
}

}  // namespace

void watch(const std::string& url, const plan::Plan& plan, const WatchOptions& options) {
  if (options.once) {
    pg::Connection db(url, {.application_name = "segue/watch/" + plan.name, .search_path = sql::quote_identifier(plan.schema)});
    if (!Watch(db, plan, options).round(true)) options.tell({.what = "waiting"});
    return;
  }
  milliseconds pause{100};
  bool was_there = false;                                        // a URL that never worked is a mistake, not a lost connection
  while (!stopping(options)) {
    try {
      listen(url, plan, options, pause, was_there);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted) break;
      if (is_final(error) || !was_there) throw;
      options.tell({.what = error.code() == ErrorCode::connection ? "connection lost" : "failed", .detail = error.message()});
      rest(pause, options);
      pause = std::min(pause * 2, longest_pause);
    }
  }
  options.tell({.what = "stopped"});
}

}  // namespace segue::engine
