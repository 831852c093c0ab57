// POSIX's own about pipes. Private to the back ends.
#pragma once

#include "platform/pipe.hpp"

namespace forever {

[[nodiscard]] Status set_non_blocking(NativeHandle handle);

}  // namespace forever
