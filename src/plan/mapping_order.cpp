// In which order mappings can be worked on: one that reads a table stands behind those that derive that table's rows.
#include <algorithm>

#include "base/text.hpp"
#include "plan/readers.hpp"
#include "sql/statement.hpp"

namespace segue::plan {
namespace {

std::vector<std::string> texts_of(const Side& side) {
  std::vector<std::string> texts{side.from, side.filter};
  for (const auto* list : {&side.key, &side.insert, &side.set, &side.otherwise})
    for (const auto& [column, expression] : *list) texts.push_back(expression);
  return texts;
}

enum class Visit { none, open, closed };

class Sorter {
 public:
  explicit Sorter(const std::vector<Mapping>& mappings) : mappings_(mappings), visits_(mappings.size(), Visit::none) {}

  std::vector<Mapping> sorted() {
    for (std::size_t i = 0; i < mappings_.size(); ++i) visit(i);
    return std::move(sorted_);
  }

 private:
  void visit(std::size_t i) {
    if (visits_[i] == Visit::closed) return;
    path_.push_back(mappings_[i].name);
    if (visits_[i] == Visit::open) {
      const auto begin = std::find(path_.begin(), path_.end(), mappings_[i].name);
      fail(mappings_[i].to_new.where, "expected mappings that can be put in order, got a circle: " + join({begin, path_.end()}, " needs "),
           "a mapping needs those whose tables its new side reads");
    }
    visits_[i] = Visit::open;
    for (std::size_t k = 0; k < mappings_.size(); ++k)
      if (needs(mappings_[i], mappings_[k])) visit(k);
    visits_[i] = Visit::closed;
    path_.pop_back();
    sorted_.push_back(mappings_[i]);
  }

  const std::vector<Mapping>& mappings_;
  std::vector<Visit> visits_;
  std::vector<std::string> path_;
  std::vector<Mapping> sorted_;
};

}  // namespace

bool needs(const Mapping& mapping, const Mapping& other) {
  if (!other.derives()) return false;
  if (mapping.table == other.into) return true;
  for (const auto& text : texts_of(mapping.to_new))
    for (const auto& use : sql::tables_of(mapping.to_new.where.text(), text))
      if (use.table == other.into) return true;
  return false;
}

std::vector<Mapping> in_order(const std::vector<Mapping>& mappings) { return Sorter(mappings).sorted(); }

}  // namespace segue::plan
