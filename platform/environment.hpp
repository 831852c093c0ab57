// The environment of this process.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace forever {

[[nodiscard]] std::optional<std::string> environment_variable(const char* name);
// "K=V" for all of it.
[[nodiscard]] std::vector<std::string> whole_environment();
// The same without what belonged to the caller's service: NOTIFY_SOCKET, LISTEN_*, INVOCATION_ID,
// JOURNAL_STREAM, WATCHDOG_*, and without our own markers (FOREVER_INSTANCE*, NODE_APP_INSTANCE).
[[nodiscard]] std::vector<std::string> environment_snapshot();

// From now on this process has these variables, "K=V", and no others.
void replace_environment(const std::vector<std::string>& assignments);

}  // namespace forever
