// `reservations serve`: the booking service until SIGTERM or SIGINT.
#pragma once

namespace segue::reservations {

// argv begins with the command's own name; the exit status. Throws segue::Error.
int run_serve(int argc, char** argv);

}  // namespace segue::reservations
