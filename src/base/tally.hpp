// How often each text occurs, in bounded memory: exact while they are few, then the frequent ones with a bound on the error.
// Does: count, remember the first and the last date, estimate how many different texts there were.
// Does not: lock.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>

namespace segue {

class Tally {
 public:
  struct Seen {
    std::int64_t rows = 0, maybe_more = 0;                       // really between rows and rows + maybe_more
    std::string first, last;                                     // dates as text that sorts; "" where there is none
  };
  explicit Tally(std::size_t most) : most_(most) {}

  void add(const std::string& text, std::int64_t rows, const std::string& first, const std::string& last);
  const std::unordered_map<std::string, Seen>& texts() const { return texts_; }
  bool holds(const std::string& text) const { return texts_.contains(text); }
  bool approximate() const { return forgotten_ > 0; }
  std::int64_t distinct() const;                                 // an estimate, within some percent, where it is approximate

 private:
  void forget();

  std::size_t most_;
  std::unordered_map<std::string, Seen> texts_;
  std::int64_t forgotten_ = 0;                                   // no text that is not held has more rows than this
  std::set<std::uint64_t> least_hashes_;
};

}  // namespace segue
