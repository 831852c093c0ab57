// The filter that a process puts on itself before exec. Back end only; async-signal-safe.
#pragma once

namespace forever {

// Puts the filter on this thread. Its listener (close-on-exec), or -1 with errno. Sets no_new_privs only where it must.
[[nodiscard]] int install_port_filter() noexcept;

}  // namespace forever
