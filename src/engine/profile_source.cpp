#include "engine/profile_source.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"

namespace segue::engine {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

constexpr std::int64_t pages_at_once = 2048;                     // 16 MB
constexpr int rows_at_once = 20'000;
constexpr int knows_tid_ranges = 140000;

struct Piece { sql::Sql from, where; };

// Heaps are cut by their pages; what has none (a foreign table), and any table of a server that cannot, is one piece.
std::vector<Piece> pieces_of(pg::Connection& db, const sql::QualifiedName& table) {
  const auto heaps = db.run("profile.heaps", R"sql(
    with recursive tree as (select $1::regclass::oid as oid union all select i.inhrelid from pg_catalog.pg_inherits i join tree t on i.inhparent = t.oid)
    select n.nspname, c.relname, c.relkind in ('r', 'm'), pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::bigint, c.relkind = 'p'
    from tree t join pg_catalog.pg_class c using (oid) join pg_catalog.pg_namespace n on n.oid = c.relnamespace)sql"_sql, {sql::render(table)});
  std::vector<Piece> pieces;
  for (int row = 0; row < heaps.rows(); ++row) {
    const auto from = build("only {}"_sql, sql::QualifiedName{heaps.text(row, 0), heaps.text(row, 1)});
    if (heaps.boolean(row, 4)) continue;                         // a partitioned table itself holds nothing
    if (!heaps.boolean(row, 2) || db.server_version() < knows_tid_ranges) {
      pieces.push_back({from, "true"_sql});
      continue;
    }
    for (std::int64_t page = 0; page < heaps.integer(row, 3); page += pages_at_once)
      pieces.push_back({from, build("x.ctid >= {}::tid and x.ctid < {}::tid"_sql, Literal{"(" + std::to_string(page) + ",0)"},
                                    Literal{"(" + std::to_string(page + pages_at_once) + ",0)"})});
  }
  return pieces;
}

class Readers {
 public:
  Readers(const std::string& url, const Source& source, Progress& progress, const std::function<void(const Group&)>& take)
      : url_(url), source_(source), progress_(progress), take_(take) {}

  void run(int workers) {
    pg::Connection db(url_, {.application_name = "segue/profile"});
    pg::Transaction moment(db, "begin isolation level repeatable read read only"_sql);
    pieces_ = pieces_of(db, source_.table);
    expected_ = db.run("profile.expected", "select coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint from pg_catalog.pg_class c "
                                           "where c.oid = $1::regclass or c.oid in (select inhrelid from pg_catalog.pg_inherits where inhparent = $1::regclass)"_sql,
                       {sql::render(source_.table)}).integer();
    snapshot_ = db.run("profile.snapshot", "select pg_export_snapshot()"_sql).text();
    std::vector<std::thread> threads;
    const auto useful = std::min(static_cast<std::size_t>(workers), pieces_.size());
    for (std::size_t i = 0; i < useful; ++i) threads.emplace_back([this] { work(); });
    for (auto& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work() {
    try {
      pg::Connection db(url_, {.application_name = "segue/profile"});
      pg::Transaction moment(db, "begin isolation level repeatable read read only"_sql);
      db.run("profile.moment", build("set transaction snapshot {}"_sql, Literal{snapshot_}));
      for (auto next = next_++; next < pieces_.size() && !failed_; next = next_++) read(db, pieces_[next]);
    } catch (...) {
      const std::scoped_lock lock(guard_);
      if (!failure_) failure_ = std::current_exception();
      failed_ = true;
    }
  }

  // By a cursor: where every text is another, the answer is as long as the piece.
  void read(pg::Connection& db, const Piece& piece) {
    const auto date = source_.date.empty() ? "null::text"_sql : build("x.{}"_sql, Ident{source_.date});
    db.run("profile.piece", build("declare segue_piece no scroll cursor for select left(x.{}::text, 500), count(*), left(min({})::text, 10), left(max({})::text, 10) "
                                  "from {} x where {} group by 1"_sql, Ident{source_.column}, date, date, piece.from, piece.where));
    for (;;) {
      stop_if_interrupted();
      const auto rows = db.run("profile.fetch", build("fetch forward {} from segue_piece"_sql, rows_at_once));
      if (rows.empty() || failed_) break;
      const std::scoped_lock lock(guard_);
      for (int row = 0; row < rows.rows(); ++row) {
        take_({rows.is_null(row, 0), rows.text(row, 0), rows.integer(row, 1), rows.text(row, 2), rows.text(row, 3)});
        done_ += rows.integer(row, 1);
      }
      progress_.rows(done_, std::max(expected_, done_));
    }
    db.run("profile.close", "close segue_piece"_sql);
  }

  const std::string& url_;
  const Source& source_;
  Progress& progress_;
  const std::function<void(const Group&)>& take_;
  std::vector<Piece> pieces_;
  std::string snapshot_;
  std::int64_t expected_ = 0, done_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex guard_;
  std::exception_ptr failure_;
};

}  // namespace

void read_groups(const std::string& url, const Source& source, int workers, Progress& progress, const std::function<void(const Group&)>& take) {
  Readers(url, source, progress, take).run(workers);
}

}  // namespace segue::engine
