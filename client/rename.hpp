// Another name for an app that is at rest.
#pragma once

#include <string>

#include "app/state_directory.hpp"
#include "platform/result.hpp"

namespace forever {

// Moves record and logs of `from` to the name in `spec`, whose other settings are put on record with it, and what other apps depend on.
// The lock of `from` is held meanwhile. The spec as it is on record then, with the number under which it goes from now on. An Error:
// nothing has moved; it is supervised, or the new name is taken.
[[nodiscard]] Result<AppSpec> rename_app(const StateDirectory& state, const std::string& from, AppSpec spec);

}  // namespace forever
