// What of the environment an app gets to see.
#include "platform/environment.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace forever {
namespace {

// Variables that the caller's service manager, or an instance's supervisor, sets for its own process only (sd_notify(3),
// sd_listen_fds(3), systemd.exec(5)).
constexpr std::array<std::string_view, 6> kPrivate{"NOTIFY_SOCKET",    "INVOCATION_ID", "JOURNAL_STREAM",
                                                   "SYSTEMD_EXEC_PID", "MANAGERPID",    "NODE_APP_INSTANCE"};
constexpr std::array<std::string_view, 3> kPrivatePrefixes{"LISTEN_", "WATCHDOG_", "FOREVER_INSTANCE"};

bool is_private(std::string_view name) noexcept {
  return std::ranges::find(kPrivate, name) != kPrivate.end() ||
         std::ranges::any_of(kPrivatePrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::vector<std::string> environment_snapshot() {
  std::vector<std::string> snapshot = whole_environment();
  std::erase_if(snapshot, [](std::string_view entry) { return is_private(entry.substr(0, entry.find('='))); });
  return snapshot;
}

}  // namespace forever
