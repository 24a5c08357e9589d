#include "verify/compare.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "base/interrupt.hpp"

namespace segue::verify {
namespace {

constexpr int rows_a_range = 50'000;
constexpr std::size_t keys_named = 10;

}  // namespace

Comparison compare(pg::Connection& db, const mapping::Resolved& mapping, Progress& progress) {
  Comparison total;
  const auto boundary = mapping::next_boundary(mapping);
  const auto statement = mapping::compare_range(mapping);
  const auto estimate = catalog::table(db, mapping.table).estimated_rows;
  std::optional<std::string> lower;
  for (bool more = true; more;) {
    stop_if_interrupted();
    const auto next = db.run("compare.boundary", boundary, {lower, nullptr, rows_a_range - 1});
    more = !next.empty();
    const auto upper = more ? next.optional_text(0, 0) : std::nullopt;
    const auto counts = db.run("compare.range", statement, {lower, upper});
    total.rows += counts.integer(0, 0);
    total.differing += counts.integer(0, 1);
    total.incomplete += counts.integer(0, 2);
    const auto keys = boost::json::parse(counts.view(0, 3));
    for (const auto& key : keys.as_array())
      if (total.keys.size() < keys_named) total.keys.push_back(boost::json::serialize(key));
    progress.rows(total.rows, std::max(estimate, total.rows));
    lower = upper;
  }
  return total;
}

}  // namespace segue::verify
