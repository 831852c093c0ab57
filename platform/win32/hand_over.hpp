// How a lock that one process has taken becomes another's that has the same file open, without a moment in which it is free: the
// one offers it; the other takes what is offered, confirms it, and takes the rest as soon as the first has let go of all of it.
#pragma once

#include "platform/handle.hpp"

namespace forever::win32 {

void offer_lock(NativeHandle lock) noexcept;
void take_offered_lock(NativeHandle lock) noexcept;  // waits for the offer
void take_rest_of_lock(NativeHandle lock) noexcept;  // waits for unlock() or the end of the other process

}  // namespace forever::win32
