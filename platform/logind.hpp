// Whether systemd-logind ends what a user has started when they log out: logind.conf(5), KillUserProcesses=.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forever {

// What the files say, the later ones winning; nothing where none of them says it (then the distribution decided at
// compile time; Debian, Fedora and Arch chose "no"). KillOnlyUsers= and KillExcludeUsers= (root unless set) are heeded. Pure.
[[nodiscard]] std::optional<bool> kills_user_processes(const std::vector<std::string>& files, std::string_view user);

// The remedy in one line if what is started now would end at logout; empty else. Costs a few file look-ups.
[[nodiscard]] std::string logout_warning();

}  // namespace forever
