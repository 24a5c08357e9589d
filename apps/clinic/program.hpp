// The clinics' service as a service::Program.
#pragma once
#include "service/process.hpp"

namespace segue::clinic {

const service::Program& program();

}  // namespace segue::clinic
