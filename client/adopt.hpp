// Pieces that launching and viewing share. Private to supervisor/.
#pragma once

#include <string>

#include "app/start_report.hpp"
#include "app/state_directory.hpp"
#include "client/traces.hpp"
#include "platform/handle.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

// Launches keeper and supervisor for an app whose lock we took. `mode`: "start" (everything that is not alive is started by
// hand) or "adopt" (what was under way goes on).
[[nodiscard]] Result<StartReport> launch_supervisor(const StateDirectory& state, const std::string& name, Handle lock,
                                                    const char* mode);

// The status on record, if it tells of this boot or says of which other. One without a boot tells nothing: whose pids are these?
[[nodiscard]] Result<AppStatus> read_own_status(const StateDirectory& state, const std::string& name,
                                                const HostId& host);
// What a status says before anything has run.
[[nodiscard]] AppStatus status_of(const AppSpec& spec);
// Whether the supervisor of the record is still there, although the lock looks free (its file was deleted).
[[nodiscard]] bool recorded_supervisor_lives(const AppStatus& status, const HostId& host);

// Tells the supervisor of `name` to write its files anew (SIGHUP), found by its record, else by its traces. false: there is none.
bool wake_supervisor(const std::string& name, const AppStatus* recorded, Traces& traces);

}  // namespace forever
