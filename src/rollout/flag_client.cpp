#include "rollout/flag_client.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"
#include "pg/connection.hpp"
#include "rollout/bucket.hpp"

namespace segue::rollout {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds first_backoff{50}, longest_backoff{2000}, patience_at_start{2000};
// Until the journal exists nobody notifies: look for it more often than `reread` asks.
constexpr milliseconds look_for_journal{500};

using Flags = std::map<std::string, FlagState, std::less<>>;

// Before the journal exists, and whatever it says: an override stands.
Flags with_overrides(Flags flags, const std::map<std::string, int>& overrides) {
  for (const auto& [key, percent] : overrides) {
    auto& flag = flags[key];
    flag.key = key;
    flag.percent = percent;
    flag.overridden = true;
  }
  return flags;
}

// {"key":percent,...} as the journal keeps it.
std::string as_json(const std::map<std::string, int>& overrides) {
  boost::json::object object;
  for (const auto& [key, percent] : overrides) object[key] = percent;
  return boost::json::serialize(object);
}

std::optional<Flags> read_flags(pg::Connection& db) {
  if (!db.run("flags.journal", "select to_regclass('segue.flags') is not null"_sql).boolean()) return std::nullopt;
  const auto rows = db.run("flags.read", "select key, percent, revision from segue.flags"_sql);
  Flags flags;
  for (int row = 0; row < rows.rows(); ++row)
    flags[rows.text(row, 0)] = {rows.text(row, 0), static_cast<int>(rows.integer(row, 1)), rows.integer(row, 2)};
  return flags;
}

}  // namespace

struct FlagClient::State {
  explicit State(Options options_)
      : options(std::move(options_)), wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), flags(with_overrides({}, options.overrides)) {
    if (wake < 0) throw Error(ErrorCode::system, "cannot make an eventfd");
  }
  ~State() { ::close(wake); }

  void work();
  bool read(pg::Connection& db);
  void acknowledge(pg::Connection& db) const;
  void follow(pg::Connection& db);
  void sleep(milliseconds timeout, int socket = -1) const;
  void rouse() const { ::eventfd_write(wake, 1); }

  Options options;
  int wake;
  std::atomic<bool> stopping = false, connected = false;
  mutable std::shared_mutex guard;
  Flags flags;
  bool tried = false;
  std::condition_variable_any first_try;
  std::thread thread;
};

// Until the time is over, the socket can be read, or someone calls rouse().
void FlagClient::State::sleep(milliseconds timeout, int socket) const {
  pollfd descriptors[] = {{wake, POLLIN, 0}, {socket, POLLIN, 0}};
  ::poll(descriptors, 2, static_cast<int>(timeout.count()));
  eventfd_t count;
  ::eventfd_read(wake, &count);
}

void FlagClient::State::work() {
  for (milliseconds backoff = first_backoff; !stopping; backoff = std::min(backoff * 2, longest_backoff)) {
    try {
      pg::Session session;
      session.application_name = options.application_name;
      session.statement_timeout = milliseconds{5000};
      pg::Connection db(options.url, session);
      // LISTEN first: a change between it and the reading is then heard.
      db.run("flags.listen", sql::build("listen {}"_sql, sql::Ident{std::string(flags_channel)}));
      backoff = first_backoff;
      follow(db);
    } catch (const Error& error) {
      if (connected) log(LogLevel::warn, "flags.connection_lost", {{"sqlstate", error.sqlstate()}});
    }
    connected = false;
    if (!stopping) sleep(backoff);
  }
}

void FlagClient::State::follow(pg::Connection& db) {
  while (!stopping) {
    const bool journal = read(db);
    if (journal) acknowledge(db);
    const auto deadline = journal ? options.reread : std::min(options.reread, look_for_journal);
    if (!db.wait_notification(milliseconds{0}) && !stopping) sleep(deadline, db.socket());
    while (!stopping && db.wait_notification(milliseconds{0})) {  // several changes, one reading
    }
  }
}

// Whether the journal is there. The last known state stays where it is not.
bool FlagClient::State::read(pg::Connection& db) {
  auto fresh = read_flags(db);
  if (fresh) fresh = with_overrides(std::move(*fresh), options.overrides);
  std::vector<FlagState> changed;
  {
    const std::unique_lock lock(guard);
    if (fresh) {
      for (const auto& [key, flag] : *fresh)
        if (const auto old = flags.find(key); old == flags.end() || old->second.percent != flag.percent ||
                                              old->second.revision != flag.revision)
          changed.push_back(flag);
      for (const auto& [key, flag] : flags)
        if (!fresh->contains(key)) changed.push_back({key, 0, flag.revision});
      flags.swap(*fresh);
    }
    tried = true;
  }
  connected = true;
  first_try.notify_all();
  if (options.on_change)
    for (const auto& flag : changed) options.on_change(flag);
  return fresh.has_value();
}

// From here on every answer of is_on() follows this revision: who changed the flag may build on it.
void FlagClient::State::acknowledge(pg::Connection& db) const {
  std::int64_t revision = 0;
  {
    const std::shared_lock lock(guard);
    for (const auto& [key, flag] : flags) revision = std::max(revision, flag.revision);
  }
  db.run("flags.acknowledge", "select segue.acknowledge_flags($1, $2::bigint, $3::jsonb)"_sql,
         {options.application_name, revision, as_json(options.overrides)});
}

FlagClient::FlagClient(Options options) : state_(std::make_shared<State>(std::move(options))) {
  state_->thread = std::thread([state = state_.get()] { state->work(); });
  std::unique_lock lock(state_->guard);
  state_->first_try.wait_for(lock, patience_at_start, [&] { return state_->tried; });
}

FlagClient::~FlagClient() {
  state_->stopping = true;
  state_->rouse();
  state_->thread.join();
}

bool FlagClient::is_on(std::string_view key, std::string_view targeting_key) const {
  return rollout::is_on(key, targeting_key, percent(key));
}

int FlagClient::percent(std::string_view key) const {
  const std::shared_lock lock(state_->guard);
  const auto flag = state_->flags.find(key);
  return flag == state_->flags.end() ? 0 : flag->second.percent;
}

std::vector<FlagState> FlagClient::all() const {
  const std::shared_lock lock(state_->guard);
  std::vector<FlagState> list;
  for (const auto& [key, flag] : state_->flags) list.push_back(flag);
  return list;
}

bool FlagClient::is_connected() const { return state_->connected; }
void FlagClient::reread() { state_->rouse(); }

std::string flag_key(std::string_view plan, std::string_view flag) {
  return "segue." + std::string(plan) + "." + std::string(flag);
}

}  // namespace segue::rollout
