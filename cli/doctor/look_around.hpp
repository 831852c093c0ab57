// doctor: the verb; what it makes of what it sees is in doctor.hpp.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int doctor(const Doctor& command);

}  // namespace forever::cli
