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

}  // namespace forever
