// The PostgreSQL server of a test program: private, temporary, gone when the program ends.
// Does not: promise durability (fsync is off). A test about crashes makes its own pg::Embedded.
#pragma once
#include <string>

#include "pg/embedded.hpp"

namespace segue::tests {

// Started by pg_main before the first test, in the main thread.
pg::Embedded& server();
void stop_server();
// The URL of a new, empty database; one a test, so that tests cannot see each other.
std::string fresh_database();

}  // namespace segue::tests
