// The right to give an app a supervisor: its lock, taken where neither keeper nor supervisor lives.
#pragma once

#include <string>

#include "app/state_directory.hpp"
#include "client/traces.hpp"
#include "platform/handle.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

// Whether the supervisor of the record is there, or its keeper, which makes another one at once. The lock may look free all the
// same: its file may have been deleted under them.
[[nodiscard]] bool recorded_watchers_live(const StateDirectory& state, const std::string& name, const AppStatus& status,
                                          const HostId& host);

// Takes the lock, and keeps it only if no process watches over the app: by its record, and by the process table where `traces` is
// given. That is needed if a file is missing that would show one, or an app is to be adopted. One that lives without the
// lock takes it again, or has stopped the app and is about to end: that is waited for. A Handle without value: the app is supervised,
// or is about to be.
[[nodiscard]] Result<Handle> lock_for_launch(const StateDirectory& state, const std::string& name, const HostId& host,
                                             Traces* traces);

}  // namespace forever
