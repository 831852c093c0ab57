// What the operating system calls an open thing: a file descriptor (POSIX).
#pragma once

namespace forever {

using NativeHandle = int;
inline constexpr NativeHandle kNoHandle = -1;

}  // namespace forever
