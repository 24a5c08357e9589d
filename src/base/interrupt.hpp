// One flag that a signal sets and long work looks at between its units.
// Does not: stop anything by itself.
#pragma once

namespace segue {

// SIGINT and SIGTERM ask for a stop; a second one ends the process at once.
void watch_interrupts();
bool interrupted();
// Error{interrupted} if a stop was asked for.
void stop_if_interrupted();

}  // namespace segue
