// Memory that is not needed any more.
#pragma once

namespace forever {

// Gives freed memory back to the system, which the C library keeps for the next need (malloc_trim(3); nothing elsewhere).
// Some microseconds; for the moment when a burst of work is over.
void release_free_memory() noexcept;

}  // namespace forever
