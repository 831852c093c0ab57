// What a shutdown leaves for the next boot.
#pragma once

#include "app/state_directory.hpp"
#include "platform/result.hpp"

namespace forever::cli {

// Notes what is wanted online, before all of it is stopped, for `resurrect`.
[[nodiscard]] Status note_until_resurrect(const StateDirectory& state);

}  // namespace forever::cli
