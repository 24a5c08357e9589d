#include "reservations/init_load.hpp"
#include "reservations/program.hpp"
#include "service/serve.hpp"

namespace {

constexpr std::string_view help =
    "reservations: the hospital's booking service\n"
    "  reservations init   create the old data model in an empty database\n"
    "  reservations load   fill it with made-up reservations\n"
    "  reservations serve  serve bookings over HTTP\n"
    "Each tells more with --help.\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace segue::reservations;
  return segue::service::run_program(program(), help, {{"init", run_init}, {"load", run_load}}, argc, argv);
}
