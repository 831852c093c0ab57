// The strip where there is no /proc: descriptors are closed one by one, FIFOs duplicated (their flags are then shared).
#include "platform/posix/strip.hpp"

#include "platform/posix/sys.hpp"

namespace forever {

bool close_span(unsigned, unsigned) noexcept { return false; }

void reset_reserved_signals() noexcept {}

int reopen_fifo(int descriptor) noexcept { return sys::fcntl(descriptor, F_DUPFD_CLOEXEC, 3); }

}  // namespace forever
