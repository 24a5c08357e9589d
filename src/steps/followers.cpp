// Which rows follow a value's texts, and by which statements.
#include <algorithm>

#include "base/error.hpp"
#include "steps/heal.hpp"

namespace segue::steps {

namespace {

Follower follower_of(const mapping::Resolved& rows, const plan::ValueDef& value) {
  mapping::Slice one, many;
  one.one_key = true;
  many.only_column = value.column;
  one.skip_repairs = many.skip_repairs = true;
  return {.mapping = rows.name, .rows = rows, .by_key = {mapping::backfill_batch(rows, one)}, .by_text = {mapping::backfill_batch(rows, many)},
          .derives = false, .retired = rows.retired};
}

Follower follower_of(const mapping::Derivation& derivation, const plan::ValueDef& value) {
  return {.mapping = derivation.name, .rows = derivation.to_new.source, .by_key = mapping::follow_key(derivation),
          .by_text = mapping::follow_texts(derivation, value.column), .derives = true, .retired = derivation.retired};
}

const std::vector<plan::ValueDef>& values_of(const Mapped& mapping) {
  const auto* rows = std::get_if<mapping::Resolved>(&mapping);
  return rows != nullptr ? rows->values : std::get<mapping::Derivation>(mapping).to_new.source.values;
}

// Nothing before its tables and new columns are there.
std::optional<Mapped> mapped_now(pg::Connection& db, const plan::Plan& plan, const plan::Mapping& definition) {
  for (const auto& table : {definition.table, definition.into})
    if (!table.empty() && !catalog::find_table(db, {plan.schema, table})) return std::nullopt;
  try {
    return mapped(db, plan, definition.name);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::plan_file) throw;
    return std::nullopt;
  }
}

}  // namespace

std::vector<Follower> followers_of(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value) {
  std::vector<Follower> all;
  for (const auto& definition : plan.mappings) {
    if (definition.table != value.table) continue;
    const auto mapping = mapped_now(db, plan, definition);
    if (!mapping || std::ranges::none_of(values_of(*mapping), [&](const auto& used) { return used.name == value.name; })) continue;
    all.push_back(std::visit([&](const auto& found) { return follower_of(found, value); }, *mapping));
    all.back().synced = is_synced(db, *mapping);
  }
  return all;
}

// Whoever reads a derived row follows it, and dual write goes on where it is written.
void prepare_follower(pg::Connection& writer, const plan::Plan& plan, const Follower& follower) {
  prepare_writer(writer, plan);
  if (follower.derives) writer.run("writer.follow", "select set_config('segue.backfill', '', false), set_config('segue.follow', '', false)"_sql);
}

}  // namespace segue::steps
