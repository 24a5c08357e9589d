// The commands of the program "traffic". argv begins with the command's own name; each returns the exit status.
#pragma once

namespace segue::traffic {

int run_run(int argc, char** argv);
int run_stats(int argc, char** argv);
int run_audit(int argc, char** argv);

}  // namespace segue::traffic
