#include "clinic/program.hpp"

#include "clinic/application.hpp"
#include "clinic/routes.hpp"
#include "clinic/switches.hpp"
#include "embedded/clinic_json.hpp"
#include "embedded/clinic_schema_sql.hpp"
#include "service/switches.hpp"

namespace segue::clinic {
namespace {

constexpr std::string_view serve_help =
    "clinic serve --database URL|embedded:DIR [--listen 127.0.0.1:8081] [--threads N] [--connections 4]\n"
    "             [--time-zone UTC] [--instance NAME] [--allow-origin URL ...] [--rate-limit N] [--behind-proxy] [--legacy]\n"
    "Serves appointments, doctors and patients of many clinics over HTTP until SIGTERM; requests that have begun are answered first.\n"
    "Each call is for one clinic and shows that clinic's bearer token; the database lets it see and write that clinic's rows only.\n"
    "  --database      embedded:DIR starts a private PostgreSQL in DIR, with the old schema where it is empty\n"
    "  --listen        port 0 takes a free one; the address is printed\n"
    "  --threads       event loops; default: one a core\n"
    "  --connections   database sessions that serve requests, split over the threads (at least one each);\n"
    "                  one more follows the flags\n"
    "  --time-zone     in which the day of a list is meant\n"
    "  --instance      name in health, and in pg_stat_activity\n"
    "  --allow-origin, --rate-limit, --behind-proxy   of calls without a token; this service has none but /health, /metrics, /openapi.json\n"
    "  --legacy        the old application: old path only, no flags\n"
    "Emergency switches in the environment, true or false, instead of the flags and shown as overrides:\n"
    "  USE_NEW_APPOINTMENT_READ, USE_NEW_APPOINTMENT_WRITE, USE_NEW_APPOINTMENT_LOGIC (both, where they are not set themselves),\n"
    "  USE_NEW_DOCTOR_LOGIC, USE_NEW_PATIENT_LOGIC\n";

std::map<std::string, int> switches() { return read_switches(service::environment); }

std::unique_ptr<service::Service> make(boost::asio::io_context& io, std::shared_ptr<service::Process> process, int connections) {
  return std::make_unique<Application>(io, std::move(process), connections);
}

}  // namespace

const service::Program& program() {
  static const service::Program program{"clinic", serve_help, embedded::clinic_schema_sql(), embedded::clinic_json(), "", "--time-zone", routes, make,
                                        nullptr, switches};
  return program;
}

}  // namespace segue::clinic
