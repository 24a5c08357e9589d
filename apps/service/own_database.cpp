#include "service/own_database.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "pg/connection.hpp"
#include "pg/embedded_process.hpp"

namespace segue::service {
namespace {

// Anything of either model is left as it is: a migration may stand in the middle of its way.
void make_schema_if_empty(const std::string& url, std::string_view schema) {
  pg::Connection db(url);
  pg::Transaction transaction(db);
  db.run("own.lock", "select pg_advisory_xact_lock(hashtextextended('a service makes its schema', 0))"_sql);
  const bool empty = db.run("own.look", R"(
      select not exists (select from pg_class where relnamespace = 'public'::regnamespace)
         and not exists (select from pg_type where typnamespace = 'public'::regnamespace))"_sql).boolean();
  if (empty) db.run_script("own.schema", sql::Sql::from_plan(std::string(schema)));
  transaction.commit();
}

pg::EmbeddedOptions options_for(std::string directory) {
  pg::EmbeddedOptions options;
  options.directory = std::move(directory);
  return options;
}

}  // namespace

OwnDatabase::OwnDatabase(std::string directory, std::string_view schema)
    : options_(options_for(std::move(directory))), server_(std::make_unique<pg::Embedded>(options_)), url_(server_->url()) {
  make_schema_if_empty(url_, schema);
}

void OwnDatabase::revive() {
  if (server_ && pg::is_running(server_->pid())) return;
  if (server_) log(LogLevel::warn, "database.gone", {{"pid", std::int64_t{server_->pid()}}});
  server_.reset();  // first: it stops whatever server it finds in its directory
  try {
    server_ = std::make_unique<pg::Embedded>(options_);
    log(LogLevel::info, "database.started", {{"pid", std::int64_t{server_->pid()}}});
  } catch (const Error& error) {  // the next call tries again
    log(LogLevel::error, "database.not_started", {{"code", std::string(facts_of(error.code()).name)}});
  }
}

}  // namespace segue::service
