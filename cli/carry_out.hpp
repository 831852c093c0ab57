// From what was typed to what is done: each verb's Invocation is carried out by a function of its own, in the file of its name.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

// The exit code.
[[nodiscard]] int carry_out(const Invocation& invocation);

}  // namespace forever::cli
