#include "reservations/program.hpp"

#include "base/error.hpp"
#include "embedded/old_schema_sql.hpp"
#include "embedded/reservations_json.hpp"
#include "reservations/application.hpp"
#include "reservations/init_load.hpp"
#include "reservations/routes.hpp"
#include "reservations/switches.hpp"

namespace segue::reservations {
namespace {

constexpr std::string_view serve_help =
    "reservations serve --database URL|embedded:DIR [--listen 127.0.0.1:8081] [--threads N] [--connections 4]\n"
    "                   [--token TOKEN] [--token-name administrator] [--clinic-zone Asia/Seoul] [--instance NAME]\n"
    "                   [--allow-origin URL ...] [--rate-limit N] [--behind-proxy] [--legacy]\n"
    "Serves bookings over HTTP until SIGTERM; requests that have begun are answered first.\n"
    "  --database      embedded:DIR starts a private PostgreSQL in DIR, with the old schema where it is empty\n"
    "  --listen        port 0 takes a free one; the address is printed\n"
    "  --threads       event loops; default: one a core\n"
    "  --connections   database sessions that serve requests, split over the threads (at least one each);\n"
    "                  one more follows the flags\n"
    "  --token         what administrators show as bearer token; default: RESERVATIONS_TOKEN\n"
    "  --token-name    who changed something, where a call has no X-Admin header\n"
    "  --clinic-zone   time zone in which \"today\" is meant\n"
    "  --instance      name in health, and in pg_stat_activity\n"
    "  --allow-origin  web pages of this origin may book (CORS); may be given several times; default: none\n"
    "  --rate-limit    requests a second for each client address, public calls only; default: no limit\n"
    "  --behind-proxy  the client is the last entry of X-Forwarded-For, not the peer\n"
    "  --legacy        the old application: old path only, no flags, no calls for the new model\n"
    "Emergency switches in the environment, instead of the flag and shown as overrides:\n"
    "  USE_DYNAMIC_SERVICES=true|false, DYNAMIC_SERVICES_ROLLOUT_PERCENTAGE=0..100 (where the first is not true)\n";

void refuse_without_ledger(pg::Connection& db) {
  if (lacks_ledger(db))
    throw Error(ErrorCode::not_found, "the database has no table \"booked_per_day\", which keeps count of its bookings",
                "type \"reservations init --database URL\" to add it");
}

std::map<std::string, int> overrides() {
  const auto percent = read_switches();
  return percent ? std::map<std::string, int>{{flag_key(), *percent}} : std::map<std::string, int>{};
}

std::unique_ptr<service::Service> make(boost::asio::io_context& io, std::shared_ptr<service::Process> process, int connections) {
  return std::make_unique<Application>(io, std::move(process), connections);
}

}  // namespace

const std::string& flag_key() {
  static const auto key = rollout::flag_key("hospital-services", "dynamic-services");
  return key;
}

const service::Program& program() {
  static const service::Program program{"reservations", serve_help, embedded::old_schema_sql(), embedded::reservations_json(),
                                        "RESERVATIONS_TOKEN", "--clinic-zone", routes, make, refuse_without_ledger, overrides};
  return program;
}

}  // namespace segue::reservations
