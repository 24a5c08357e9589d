#include "clinic/init_load.hpp"
#include "clinic/program.hpp"
#include "service/serve.hpp"

namespace {

constexpr std::string_view help =
    "clinic: appointments, doctors and patients of many clinics\n"
    "  clinic init   create the old data model in an empty database\n"
    "  clinic load   fill it with made-up clinics\n"
    "  clinic serve  serve it over HTTP\n"
    "Each tells more with --help.\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace segue::clinic;
  return segue::service::run_program(program(), help, {{"init", run_init}, {"load", run_load}}, argc, argv);
}
