// What of the start of an instance is needed for other programs, too.
#pragma once

#include "platform/spawn.hpp"

namespace forever::win32 {

// Lets it go on as a side process: its job ends with this process, and asking it to stop ends it.
void run_guarded(HeldInstance held) noexcept;

}  // namespace forever::win32
