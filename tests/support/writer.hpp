// One client of the hospital's application while it is migrated.
// Does: random transactions on rows of its own, old-style and new-style; remembers what was acknowledged.
// Does not: share a row with another writer, so that what it remembers must be in the database at the end.
#pragma once
#include <atomic>
#include <map>
#include <random>
#include <set>

#include "support/hospital.hpp"

namespace segue::tests {

enum class Keys { random_text, ordered, composite };

// A time as somebody typed it, and the period it will have once it is read; "MORNING" where nobody can read it.
struct TimeText { std::string raw, period; };
const std::vector<TimeText>& known_texts();

// What a writer believes of a row.
struct Belief {
  std::string service;                                           // code
  std::string other_service;                                     // not "": a conflict, the new side says this one
  TimeText time;
  bool by_period = false;                                        // the period was written last, so the text may be any of it
};

class Writer {
 public:
  Writer(const std::string& url, Keys keys, int number, std::uint64_t seed);

  void adopt(const Fields& key, const Belief& belief) { rows_[key] = belief; }
  // Until `stop`. New-style writes begin with dual write: before it nobody would follow them.
  void run(const std::atomic<bool>& stop, const std::atomic<bool>& both_styles);

  std::int64_t transactions() const { return transactions_; }
  const std::string& failure() const { return failure_; }        // of a request, which none may have
  std::size_t rows() const { return rows_.size(); }
  std::set<std::string> conflicts() const;                       // keys as the repair queue writes them
  // Rows that are not as the writer was told they are; at most a few.
  std::vector<std::string> complaints(pg::Connection& db) const;

 private:
  using Change = std::pair<Fields, std::optional<Belief>>;       // nothing: deleted
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  void transaction(bool both_styles);
  Change write(bool both_styles, const std::set<Fields>& taken);
  Change insert(bool new_style);
  Change update_old(const Fields& key, Belief belief);
  Change update_new(const Fields& key, Belief belief);
  Change conflict(const Fields& key, Belief belief);
  Fields new_key();
  std::string other_service(const std::string& than);
  TimeText text();
  std::string opposite_period(const Fields& key);
  void change(const Fields& key, const Fields& fields);

  pg::Connection db_;
  Keys keys_;
  int number_;
  std::mt19937_64 random_;
  std::map<Fields, Belief> rows_;
  std::atomic<std::int64_t> transactions_{0};
  std::string failure_;
};

// The old schema's key becomes one of this kind.
sql::Sql key_change(Keys keys);
// The key of the i-th row that is there from the start.
Fields key_of(Keys keys, int i);
sql::Sql where_key(const Fields& key);

}  // namespace segue::tests
