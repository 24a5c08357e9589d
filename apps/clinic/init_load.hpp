// `clinic init` and `clinic load`: the old application's tables, and made-up clinics in them.
// Does: create the old schema in one transaction; rows that depend only on the seed and the day; a token for each clinic.
// Does not: serve requests, know the new data model, or hold a real person's data.
#pragma once

namespace segue::clinic {

// argv begins with the command's own name ("init", "load"); the exit status. Throws segue::Error.
int run_init(int argc, char** argv);
int run_load(int argc, char** argv);

}  // namespace segue::clinic
