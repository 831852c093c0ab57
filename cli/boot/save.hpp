// save and resurrect, and what a shutdown leaves for the next boot.
#pragma once

#include "app/state_directory.hpp"
#include "cli/grammar/invocation.hpp"
#include "platform/result.hpp"

namespace forever::cli {

[[nodiscard]] int save(const Save& command);
[[nodiscard]] int resurrect(const Resurrect& command);
// Notes what is wanted online, before all of it is stopped, for `resurrect`.
[[nodiscard]] Status note_until_resurrect(const StateDirectory& state);

}  // namespace forever::cli
