// completion: the scripts for bash, zsh and fish.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int completion(const Completion& command);

}  // namespace forever::cli
