// The other end of a pipe that is held for an instance's output.
#pragma once

#include "platform/win32/system.hpp"

namespace forever::win32 {

// Where an instance writes to, for what hold_fifo returned; the handle itself for any other.
[[nodiscard]] NativeHandle write_end_of(NativeHandle held) noexcept;

}  // namespace forever::win32
