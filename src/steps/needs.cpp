#include "steps/needs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "plan/statements.hpp"
#include "steps/archive.hpp"
#include "steps/mapped.hpp"
#include "steps/rates.hpp"
#include "steps/sizes.hpp"

namespace segue::steps {
namespace {

// What a row costs, in bytes: head of a heap row with its pointer, of a WAL record, of an index entry's record. docs/benchmarks.md
// has the measurements: three of four updates find room on their page and touch no index, unless one holds a column they write.
constexpr double row_head = 28, record_head = 70, entry_record = 80, stays_on_page = 0.75, array_head = 24;
constexpr double clearly = 1.5;                                  // what an estimate may be wrong by

bool whole_pages(pg::Connection& db) { return db.run("needs.pages", "select current_setting('full_page_writes') = 'on'"_sql).boolean(); }

std::vector<std::string> names_of(const plan::ColumnExpressions& expressions) {
  std::vector<std::string> names;
  for (const auto& [column, expression] : expressions) names.push_back(column);
  return names;
}

void take_time(Needs& needs, const std::optional<Rate>& rate, double more_a_row = 0, double times = 1) {
  if (!rate) return;
  needs.seconds = needs.rows * (rate->seconds_a_row * times + more_a_row);
  needs.rate = rate->source;
}

// `rows` of a table are written once, and become longer by `added` bytes.
Needs of_updates(pg::Connection& db, const sql::QualifiedName& table, double rows, double added, bool indexed) {
  const auto sizes = sizes_of(db, table);
  const double moved = rows * (indexed ? 1 : 1 - stays_on_page);
  Needs needs;
  needs.rows = rows;
  needs.table = rows * added + moved * sizes.row();
  needs.indexes = moved * sizes.entry();
  needs.wal = (rows - moved) * (record_head + added) + moved * (record_head + added + sizes.row() + entry_record * sizes.index_count);
  // The first touch of a page after a checkpoint writes all of it.
  if (whole_pages(db) && sizes.rows > 0) needs.wal += (sizes.heap + sizes.indexes) * std::min(1.0, rows / sizes.rows);
  return needs;
}

// New rows of a table, one for each driving row at most.
Needs of_inserts(pg::Connection& db, const sql::QualifiedName& table, double rows, double width, double key_width) {
  const auto indexes = std::max(1, sizes_of(db, table).index_count);
  Needs needs;
  needs.rows = rows;
  needs.table = rows * (row_head + width);
  needs.indexes = rows * indexes * (key_width + row_head);
  needs.wal = needs.table + needs.indexes + rows * record_head * (1 + indexes);
  return needs;
}

double scanned(pg::Connection& db, const plan::Plan& plan, const std::string& cursor) {
  if (!journal::is_installed(db)) return 0;
  return db.run("needs.scanned", "select coalesce(sum(scanned), 0) from segue.cursors where plan = $1 and step = $2"_sql, {plan.name, cursor}).number();
}

Needs of_step(pg::Connection& db, const plan::Plan& plan, const std::string& cursor, const plan::BackfillStep& step) {
  const auto& definition = plan.mapping(step.mapping);
  const sql::QualifiedName driving{plan.schema, definition.table}, filled{plan.schema, definition.derives() ? definition.into : definition.table};
  const double rows = std::max(0.0, sizes_of(db, driving).rows - scanned(db, plan, cursor));
  auto columns = names_of(definition.to_new.set);
  const bool indexed = std::any_of(columns.begin(), columns.end(), [&](const auto& column) { return width_of(db, filled, column).indexed; });
  Needs needs;
  if (definition.derives()) {
    const auto key = names_of(definition.to_new.key);
    for (const auto* list : {&definition.to_new.key, &definition.to_new.insert})
      for (const auto& name : names_of(*list)) columns.push_back(name);
    needs = of_inserts(db, filled, rows, width_of_all(db, filled, columns), width_of_all(db, filled, key));
  } else {
    needs = of_updates(db, filled, rows, width_of_all(db, filled, columns), indexed);
  }
  take_time(needs, rate_of_filling(db, plan, cursor, step.mapping));
  return needs;
}

// Reads under no lock that stops anybody; the first NOT NULL is proven by one pass, and the others by another each.
Needs of_step(pg::Connection& db, const plan::Plan& plan, const plan::RequireStep& step) {
  const sql::QualifiedName table{plan.schema, step.table};
  Needs needs;
  needs.rows = sizes_of(db, table).rows;
  take_time(needs, rate_of_reading(db, table), 0, static_cast<double>(step.columns.size()));
  return needs;
}

std::optional<Needs> of_indexes(pg::Connection& db, const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step) {
  constexpr double to_sort = 1.5e-6, passes = 2;                 // CONCURRENTLY reads the table twice
  Needs needs;
  for (const auto& operation : plan::operations_of(plan, phase, step))
    for (const auto& probe : operation.index) {
      const sql::QualifiedName table{probe.table.schema.empty() ? plan.schema : probe.table.schema, probe.table.name};
      const auto sizes = probe.columns.empty() ? Sizes{} : sizes_of(db, table);
      if (sizes.rows < 1) continue;
      Needs index;
      index.rows = sizes.rows;
      index.indexes = sizes.rows * entry_bytes(db, table, probe.columns, sizes.rows);
      take_time(index, rate_of_reading(db, table), to_sort, passes);
      needs.rows += index.rows;
      needs.indexes += index.indexes;
      needs.wal += index.indexes;
      if (index.seconds) needs.seconds = needs.seconds.value_or(0) + *index.seconds, needs.rate = index.rate;
    }
  if (needs.rows < 1) return std::nullopt;
  return needs;
}

// A table that is still called as it always was, or retired already.
sql::QualifiedName present(pg::Connection& db, const plan::Plan& plan, const std::string& table) {
  const sql::QualifiedName retired{plan.schema, retired_name(table)};
  return catalog::find_table(db, retired) ? retired : sql::QualifiedName{plan.schema, table};
}

void add_archive(pg::Connection& db, const plan::Plan& plan, const std::string& name, const std::vector<std::string>& columns, Needs& needs) {
  constexpr double as_text = 1.3, hash = 8;
  const auto table = present(db, plan, name);
  const auto sizes = sizes_of(db, table);
  double archive = sizes.heap * as_text;
  if (!columns.empty()) {
    const auto found = catalog::find_table(db, table);
    const double key = array_head + (found ? width_of_all(db, table, found->key) : 16);
    double width = row_head + key + hash;
    for (const auto& column : columns) width += std::max(width_of(db, table, column).bytes, width_of(db, table, retired_name(column)).bytes);
    archive = sizes.rows * (width + (key + row_head));           // the rows, and the index by which they are found
  }
  needs.rows += sizes.rows;
  needs.archive += archive;
  needs.wal += archive + sizes.rows * record_head;
  if (const auto rate = rate_of_reading(db, table)) needs.seconds = needs.seconds.value_or(0) + sizes.rows * (rate->seconds_a_row + 5e-6), needs.rate = rate->source;
}

}  // namespace

std::optional<Needs> needs_of(pg::Connection& db, const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step) {
  if (const auto* backfill = std::get_if<plan::BackfillStep>(&step.what)) return of_step(db, plan, phase.name + "/" + step.name, *backfill);
  if (const auto* require = std::get_if<plan::RequireStep>(&step.what)) return of_step(db, plan, *require);
  if (std::holds_alternative<plan::SqlStep>(step.what)) return of_indexes(db, plan, phase, step);
  Needs needs;
  if (std::holds_alternative<plan::RetireStep>(step.what)) {     // renamed, and renamed back
    needs.seconds = 0;
    needs.rate = "no row is touched";
    return needs;
  }
  const auto* drop = std::get_if<plan::DropStep>(&step.what);
  if (drop == nullptr || !drop->archive) return std::nullopt;
  for (const auto& [table, columns] : by_table(drop->targets)) add_archive(db, plan, table, columns, needs);
  return needs;
}

std::optional<Needs> needs_of_undo(pg::Connection& db, const plan::Plan& plan, const plan::Step& step) {
  const auto* drop = std::get_if<plan::DropStep>(&step.what);
  if (drop == nullptr || !drop->archive) return std::nullopt;
  Needs needs;
  for (const auto& [name, columns] : by_table(drop->targets)) {
    const auto archive = sizes_of(db, archive_name(plan, name));
    const sql::QualifiedName table{plan.schema, name};
    const auto added = width_of_all(db, archive_name(plan, name), columns);
    const auto one = columns.empty() ? of_inserts(db, archive_name(plan, name), archive.rows, archive.row(), array_head)
                                     : of_updates(db, table, sizes_of(db, table).rows, added, false);
    needs.rows += one.rows;
    needs.table += one.table;
    needs.indexes += one.indexes;
    needs.wal += one.wal;
  }
  take_time(needs, rate_of_filling(db, plan, "", plan.mappings.empty() ? "" : plan.mappings.front().name));
  return needs;
}

Room room_of(pg::Connection& db, const plan::Plan& plan) {
  auto free = catalog::free_bytes(db);
  if (free && plan.limits.disk_reserve) free = std::max<std::int64_t>(0, *free - *plan.limits.disk_reserve);
  return {free, plan.limits.disk};
}

std::string too_large(const Needs& needs, const Room& room) {
  const auto clearly_above = [&](const std::optional<std::int64_t>& there) { return there && needs.disk() > clearly * static_cast<double>(*there); };
  if (clearly_above(room.allowed)) return fmt::format("the plan's limit \"disk\" allows {}", bytes_text(*room.allowed));
  if (clearly_above(room.free)) return fmt::format("only {} are free on the server's disk, its reserve left out", bytes_text(*room.free));
  return {};
}

}  // namespace segue::steps
