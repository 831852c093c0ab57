// The configuration that makes each init system start the apps at boot, as text. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/words.hpp"

namespace forever::cli {

// logon: what Windows runs when the user logs on; not available elsewhere.
enum class InitSystem : std::uint8_t { systemd, openrc, launchd, cron, logon };

struct BootUnit {
  std::string binary;           // absolute
  std::string state_directory;  // absolute
  std::string user;             // whose apps they are
  bool system = false;          // of the machine, not of the user's own session
};

// A service of type oneshot: `resurrect` at its start, `stopall --until-resurrect` at its end. systemd.service(5),
// systemd.kill(5): KillMode=mixed, since with control-group every instance would look crashed and be started again.
[[nodiscard]] std::string systemd_unit(const BootUnit& unit);
// A word of ExecStart=, and an assignment of Environment=, in quotes; the latter knows no variables.
[[nodiscard]] std::string systemd_word(std::string_view word);
[[nodiscard]] std::string systemd_assignment(std::string_view name, std::string_view value);
[[nodiscard]] std::string openrc_script(const BootUnit& unit);
[[nodiscard]] std::string launchd_plist(const BootUnit& unit);
// One line of crontab(5), ended by kCronMark.
[[nodiscard]] std::string cron_line(const BootUnit& unit);
// `crontab` without the lines of ours; with `line` as the last one unless that is empty.
[[nodiscard]] std::string crontab_with(std::string_view crontab, const std::string& line);
inline constexpr std::string_view kCronMark = "# written by forever startup";

// The version manager in whose directories a program lies ("nvm"), so that it may be gone tomorrow; nothing for others.
[[nodiscard]] std::optional<std::string_view> version_manager_of(std::string_view path);

}  // namespace forever::cli

template <>
struct forever::WordsOf<forever::cli::InitSystem> {
  using enum forever::cli::InitSystem;
  static constexpr Word<forever::cli::InitSystem> table[] = {
      {systemd, "systemd"}, {openrc, "openrc"}, {launchd, "launchd"}, {cron, "cron"}, {logon, "Windows"}};
};
