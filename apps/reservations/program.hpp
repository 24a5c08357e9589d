// The booking service as a service::Program.
#pragma once
#include "service/process.hpp"

namespace segue::reservations {

const service::Program& program();
// The flag of the plan hospital-services that decides between the old path and the new one.
const std::string& flag_key();

}  // namespace segue::reservations
