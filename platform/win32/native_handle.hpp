// What the operating system calls an open thing: a HANDLE, as the integer that it is, so that no header of Windows' is needed.
#pragma once

#include <cstdint>

namespace forever {

using NativeHandle = std::intptr_t;
inline constexpr NativeHandle kNoHandle = -1;  // INVALID_HANDLE_VALUE

}  // namespace forever
