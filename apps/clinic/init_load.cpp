#include "clinic/init_load.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>

#include "base/error.hpp"
#include "base/options.hpp"
#include "base/text.hpp"
#include "clinic/load_statements.hpp"
#include "embedded/clinic_schema_sql.hpp"

namespace segue::clinic {
namespace {

constexpr std::string_view init_help =
    "clinic init --database URL\n"
    "Creates the old application's tables, in one transaction. Nothing happens where they are.\n";
constexpr std::string_view load_help =
    "clinic load --database URL --tokens FILE [--clinics 50] [--users 100000] [--appointments 500000] [--seed 1] [--json]\n"
    "Fills the old application's tables with made-up clinics; the same seed and day give the same rows.\n"
    "  --tokens   a file that is written: a clinic's id and its token on each line\n"
    "  --json     print one JSON summary\n";

pg::Connection connect(const Options& options, std::string name) {
  pg::Session session;
  session.application_name = std::move(name);
  return pg::Connection(options.database(), session);
}

Sizes sizes_of(const Options& options) {
  const auto clinics = options.integer("--clinics", 50, 1, 10'000);
  const auto users = options.integer("--users", 100'000, clinics * 4, 100'000'000);
  return {clinics, users, options.integer("--appointments", 500'000, 1, 1'000'000'000), options.integer("--seed", 1, 0, INT64_MAX)};
}

// Tokens are the clinics' keys: nobody else may read the file.
void write_tokens(pg::Connection& db, const std::string& path, const Sizes& sizes) {
  const auto rows = db.run("load.tokens", R"(
      select md5($2 || ':clinic:' || i)::uuid::text || ' ' || md5($2 || ':token:' || i)::uuid::text from generate_series(1, $1::bigint) i)"_sql,
      {sizes.clinics, std::to_string(sizes.seed)});
  const auto before = ::umask(077);
  std::ofstream file(path, std::ios::trunc);
  ::umask(before);
  for (int i = 0; i < rows.rows(); ++i) file << rows.text(i, 0) << '\n';
  file.close();
  if (!file) throw Error(ErrorCode::system, fmt::format("cannot write file \"{}\"", path));
}

bool is_there(pg::Connection& db) { return db.run("init.find", "select to_regclass('appointments') is not null"_sql).boolean(); }

std::int64_t load(pg::Connection& db, const Statement& statement, const Sizes& sizes) {
  const auto begin = std::chrono::steady_clock::now();
  const auto rows = db.run("load." + std::string(statement.table), statement.sql, parameters_of(sizes)).affected();
  fmt::print(stderr, "{} {} in {:.1f} s\n", grouped(rows), statement.table,
             std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return rows;
}

}  // namespace

int run_init(int argc, char** argv) {
  const Options options("clinic init", argc, argv, {"--database"}, {"--help"});
  if (options.has("--help")) {
    fmt::print("{}", init_help);
    return 0;
  }
  auto db = connect(options, "clinic init");
  pg::Transaction transaction(db);
  if (is_there(db)) {
    fmt::print("the schema exists already\n");
    return 0;
  }
  db.run_script("init.old_schema", sql::Sql::from_plan(std::string(embedded::clinic_schema_sql())));
  transaction.commit();
  fmt::print("created the old schema\n");
  return 0;
}

int run_load(int argc, char** argv) {
  const Options options("clinic load", argc, argv, {"--database", "--clinics", "--users", "--appointments", "--seed", "--tokens"}, {"--json", "--help"});
  if (options.has("--help")) {
    fmt::print("{}", load_help);
    return 0;
  }
  const auto sizes = sizes_of(options);
  const auto tokens = options.required("--tokens");
  auto db = connect(options, "clinic load");
  if (!is_there(db)) throw Error(ErrorCode::not_found, "the old schema is not there", "type \"clinic init --database URL\" first");
  if (!db.run("load.look", "select 1 from clinics limit 1"_sql).empty())
    throw Error(ErrorCode::refused, "there are clinics already", "take a fresh database");
  write_tokens(db, tokens, sizes);
  pg::Transaction transaction(db);
  boost::json::object summary;
  for (const auto& statement : load_statements()) summary[statement.table] = load(db, statement, sizes);
  transaction.commit();
  db.run_script("load.analyze", "analyze clinics, users, patients, appointments"_sql);
  if (options.has("--json")) fmt::print("{}\n", boost::json::serialize(summary));
  else
    fmt::print("loaded {} clinics with {} users, {} patients and {} appointments\n", sizes.clinics, grouped(summary.at("users").as_int64()),
               grouped(summary.at("patients").as_int64()), grouped(summary.at("appointments").as_int64()));
  return 0;
}

}  // namespace segue::clinic
