#include "verify/compare.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <optional>

#include "base/interrupt.hpp"

namespace segue::verify {
namespace {

constexpr int rows_a_range = 50'000;
constexpr std::size_t keys_named = 10;

void add_keys(Comparison& total, std::string_view json) {
  const auto keys = boost::json::parse(json);
  for (const auto& key : keys.as_array())
    if (total.keys.size() < keys_named) total.keys.push_back(boost::json::serialize(key));
}

// A table in ranges of its key: `count` adds what it finds in one.
using Range = pg::Params;
void walk(pg::Connection& db, const mapping::Resolved& table, Progress& progress, Comparison& total, const std::function<void(const Range&)>& count) {
  const auto boundary = mapping::next_boundary(table);
  const auto estimate = catalog::table(db, table.table).estimated_rows;
  std::optional<std::string> lower;
  for (bool more = true; more;) {
    stop_if_interrupted();
    const auto next = db.run("compare.boundary", boundary, {lower, nullptr, rows_a_range - 1});
    more = !next.empty();
    const auto upper = more ? next.optional_text(0, 0) : std::nullopt;
    count({lower, upper});
    progress.rows(total.rows, std::max(estimate, total.rows));
    lower = upper;
  }
}

void count_range(pg::Connection& db, const sql::Sql& statement, const Range& range, Comparison& total) {
  const auto counts = db.run("compare.range", statement, range);
  total.rows += counts.integer(0, 0);
  total.differing += counts.integer(0, 1);
  total.incomplete += counts.integer(0, 2);
  add_keys(total, counts.view(0, 3));
}

void count_broken(pg::Connection& db, const mapping::Resolved& mapping, const mapping::Direction& side, const Range& range, Comparison& total) {
  const auto statement = mapping::broken_range(mapping, side);
  if (!statement) return;
  const auto counts = db.run("compare.same", *statement, range);
  total.differing += counts.integer(0, 0);
  add_keys(total, counts.view(0, 1));
}

}  // namespace

Comparison compare(pg::Connection& db, const mapping::Resolved& mapping, Progress& progress) {
  Comparison total;
  const auto statement = mapping::compare_range(mapping);
  walk(db, mapping, progress, total, [&](const Range& range) {
    count_range(db, statement, range, total);
    if (!mapping.retired) count_broken(db, mapping, mapping.to_new, range, total);
    count_broken(db, mapping, mapping.to_old, range, total);
  });
  return total;
}

Comparison compare(pg::Connection& db, const mapping::Derivation& derivation, Progress& progress) {
  Comparison total;
  for (const auto* flow : {&derivation.to_new, &derivation.to_old}) {
    if (derivation.retired && flow == &derivation.to_new) continue;
    const auto statement = mapping::compare_range(derivation, *flow);
    walk(db, flow->source, progress, total, [&](const Range& range) { count_range(db, statement, range, total); });
  }
  return total;
}

Comparison compare(pg::Connection& db, const std::variant<mapping::Resolved, mapping::Derivation>& mapping, Progress& progress) {
  return std::visit([&](const auto& one) { return compare(db, one, progress); }, mapping);
}

}  // namespace segue::verify
