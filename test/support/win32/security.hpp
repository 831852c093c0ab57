// Who may do what with an open object of the system.
#pragma once

#include "platform/handle.hpp"

namespace forever::test {

// As owner_only() of a path (permissions.hpp), for what a handle stands for.
[[nodiscard]] bool owner_only_object(NativeHandle handle);

}  // namespace forever::test
