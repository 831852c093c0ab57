// The environment of this process.
#include "platform/environment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

extern "C" char** environ;

namespace forever {
namespace {

// What the caller's service manager, or an instance's own supervisor, told its process and nobody else (sd_notify(3),
// sd_listen_fds(3), systemd.exec(5)).
constexpr std::array<std::string_view, 6> kPrivate{"NOTIFY_SOCKET",    "INVOCATION_ID", "JOURNAL_STREAM",
                                                   "SYSTEMD_EXEC_PID", "MANAGERPID",    "NODE_APP_INSTANCE"};
constexpr std::array<std::string_view, 3> kPrivatePrefixes{"LISTEN_", "WATCHDOG_", "FOREVER_INSTANCE"};

bool is_private(std::string_view name) noexcept {
  return std::ranges::find(kPrivate, name) != kPrivate.end() ||
         std::ranges::any_of(kPrivatePrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::optional<std::string> environment_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

std::vector<std::string> environment_snapshot() {
  std::vector<std::string> snapshot;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view assignment = *entry;
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos || is_private(assignment.substr(0, equals))) continue;
    snapshot.emplace_back(assignment);
  }
  return snapshot;
}

}  // namespace forever
