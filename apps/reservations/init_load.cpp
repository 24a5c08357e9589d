#include "reservations/init_load.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>

#include "base/error.hpp"
#include "base/text.hpp"
#include "embedded/old_schema_sql.hpp"
#include "pg/connection.hpp"
#include "base/options.hpp"
#include "service/progress.hpp"
#include "reservations/load_rows.hpp"
#include "sql/text.hpp"

namespace segue::reservations {
namespace {

constexpr std::string_view init_help =
    "reservations init --database URL\n"
    "Creates the old application's tables, in one transaction. Nothing happens where they are complete. Where only the ledger of\n"
    "bookings is missing, it is added and filled; writers wait meanwhile, for less than a second with a million reservations.\n";
constexpr std::string_view load_help =
    "reservations load --database URL [--rows 200000] [--seed 1] [--today YYYY-MM-DD] [--append] [--json]\n"
    "Fills the old application's table with made-up reservations; the same seed and day give the same rows.\n"
    "  --today   the day the rows are seen from: two years before it, a few in the 30 days after it\n"
    "  --append  add to a table that holds rows already (with another --seed)\n"
    "  --json    print one JSON summary\n";

pg::Connection connect(const Options& options, std::string name) {
  pg::Session session;
  session.application_name = std::move(name);
  session.lock_timeout = std::chrono::seconds(2);  // a live application may stand behind whoever waits for a table
  return pg::Connection(options.database(), session);
}

// What of the old schema is there: nothing, all, or the names that are missing.
struct Found { bool any = false; std::vector<std::string> missing; };

Found find_old_schema(pg::Connection& db) {
  std::vector<std::string> wanted = {
      "type \"ServiceType\"", "type \"Gender\"", "type \"TreatmentType\"", "type \"ReservationStatus\"",
      "table service_reservation_limits", "table reservations", "table booked_per_day"};
  const auto objects = db.run("init.find",
      R"(select to_regtype('"ServiceType"') is not null, to_regtype('"Gender"') is not null,
                to_regtype('"TreatmentType"') is not null, to_regtype('"ReservationStatus"') is not null,
                to_regclass('service_reservation_limits') is not null, to_regclass('reservations') is not null,
                exists (select from pg_attribute where attrelid = to_regclass('booked_per_day') and attname = 'change'))"_sql);
  Found found;
  for (int i = 0; i < objects.columns(); ++i) {
    if (objects.boolean(0, i)) found.any = true;
    else found.missing.push_back(wanted[static_cast<std::size_t>(i)]);
  }
  for (const auto& column : old_columns())
    if (db.run("init.find_column",
               R"(select 1 from pg_attribute where attrelid = to_regclass('reservations') and attname = $1
                    and not attisdropped)"_sql, {column}).empty())
      found.missing.push_back("column reservations." + column);
  return found;
}

std::chrono::sys_days parse_day(const Options& options) {
  const auto text = options.text("--today");
  if (!text) return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto parts = split_text(*text, '-');
  if (text->size() == 10 && parts.size() == 3) {
    const auto year = to_integer(parts[0]), month = to_integer(parts[1]), day = to_integer(parts[2]);
    if (year && month && day && *month > 0 && *day > 0) {
      const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                             std::chrono::month(static_cast<unsigned>(*month)),
                                             std::chrono::day(static_cast<unsigned>(*day))};
      if (date.ok()) return date;
    }
  }
  throw options.usage(fmt::format("option \"--today\" wants a date such as 2026-01-31, got \"{}\"", *text));
}

void refuse_unless_loadable(pg::Connection& db, bool append) {
  const auto found = find_old_schema(db);
  if (!found.any)
    throw Error(ErrorCode::not_found, "the old schema is not there", "type \"reservations init --database URL\" first");
  for (const auto& name : found.missing)
    if (name.starts_with("column") || name == "table reservations")
      throw Error(ErrorCode::refused, fmt::format("the table is not as the old application knows it: {} is missing", name),
                  "load fills the old table only; take a fresh database");
  if (!append && !db.run("load.look", "select 1 from reservations limit 1"_sql).empty())
    throw Error(ErrorCode::refused, "the table \"reservations\" holds rows already",
                "add --append and another --seed to put more beside them");
}

std::int64_t copy_rows(pg::Connection& db, Rows& rows, service::Progress& progress) {
  constexpr int chunk = 500;
  const auto copy = sql::build("copy reservations ({}) from stdin"_sql, sql::identifier_list(old_columns()));
  try {
    return db.copy_in("load.copy", copy, [&](std::string& lines) {
      bool more = true;
      for (int i = 0; more && i < chunk; ++i) {
        more = rows.next(lines);
        progress.add(1);
      }
      return more;
    });
  } catch (const Error& error) {
    if (error.sqlstate() != "23505") throw;
    throw Error(ErrorCode::refused, "these reservations are there already; nothing was added", "take another --seed");
  }
}

}  // namespace

bool lacks_ledger(pg::Connection& db) {
  return db.run("init.lacks_ledger", R"(
      select exists (select from pg_attribute where attrelid = to_regclass('reservations') and attname = 'service' and not attisdropped)
             and to_regclass('services') is null
             and not exists (select from pg_attribute where attrelid = to_regclass('booked_per_day') and attname = 'change'))"_sql).boolean();
}

int run_init(int argc, char** argv) {
  const Options options("reservations init", argc, argv, {"--database"}, {"--help"});
  if (options.has("--help")) {
    fmt::print("{}", init_help);
    return 0;
  }
  auto db = connect(options, "reservations init");
  pg::Transaction transaction(db);
  const auto found = find_old_schema(db);
  if (!found.any) {
    db.run_script("init.old_schema", sql::Sql::from_plan(std::string(embedded::old_schema_sql())));
    transaction.commit();
    fmt::print("created the old schema\n");
    return 0;
  }
  if (found.missing.size() == 1 && lacks_ledger(db)) {
    const auto schema = embedded::old_schema_sql();
    db.run_script("init.ledger", sql::Sql::from_plan(std::string(schema.substr(schema.find("create table booked_per_day")))));
    transaction.commit();
    fmt::print("the old schema exists already; added its ledger\n");
    return 0;
  }
  if (!found.missing.empty())
    throw Error(ErrorCode::refused, fmt::format("part of the old schema exists, but not: {}", join(found.missing, ", ")),
                "take a fresh database, or drop what is there");
  fmt::print("the old schema exists already and is complete\n");
  return 0;
}

int run_load(int argc, char** argv) {
  const Options options("reservations load", argc, argv, {"--database", "--rows", "--seed", "--today"},
                        {"--append", "--json", "--help"});
  if (options.has("--help")) {
    fmt::print("{}", load_help);
    return 0;
  }
  const auto wanted = options.integer("--rows", 200'000, 1, 100'000'000);
  const auto seed = options.integer("--seed", 1, 0, INT64_MAX);
  const auto today = parse_day(options);
  auto db = connect(options, "reservations load");
  refuse_unless_loadable(db, options.has("--append"));

  service::Progress progress("rows", wanted);
  Rows rows(wanted, static_cast<std::uint64_t>(seed), today);
  const auto loaded = copy_rows(db, rows, progress);
  db.run("load.analyze", "analyze reservations"_sql);
  const double seconds = progress.finish();
  if (options.has("--json"))
    fmt::print("{}\n", boost::json::serialize(boost::json::object{
        {"rows", loaded}, {"seed", seed}, {"seconds", seconds},
        {"rows_per_second", static_cast<std::int64_t>(static_cast<double>(loaded) / seconds)}}));
  else
    fmt::print("loaded {} reservations in {:.1f} s\n", grouped(loaded), seconds);
  return 0;
}

}  // namespace segue::reservations
