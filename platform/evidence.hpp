// The kernel's information about the owner of a process: data that the process cannot choose, unlike its name, argv and environment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/files.hpp"
#include "platform/process.hpp"

namespace forever {

// Its user ids (credentials(7)). Windows: all are effective_uid() where its token is of our user, else another number.
struct ProcessOwner {
  std::uint32_t real = 0, effective = 0, saved = 0;
  // Whether it is this user's and nothing else: no set-user-ID program.
  [[nodiscard]] bool is_wholly(std::uint32_t user) const noexcept {
    return real == user && effective == user && saved == user;
  }
};
// Nothing: it is gone, or this is unknown.
[[nodiscard]] std::optional<ProcessOwner> owner_of(Pid pid);

// What one of its standard streams (0, 1, 2) is open on. `path` as the kernel names it, with " (deleted)" behind what was removed.
struct StandardStream {
  std::string path;
  FileFacts facts;
};
// Nothing: it is closed, or unknown (only Linux reports it).
[[nodiscard]] std::optional<StandardStream> standard_stream_of(Pid pid, int stream);

// Whether the process is in our pid namespace, so that its number means the same to both. Where there are none: always.
[[nodiscard]] bool shares_pids(Pid pid);

// The files with `part` in their path on which the process holds a lock of our kind (platform/lock.hpp) by a description that it has
// open, as reported by the kernel; with " (deleted)" behind what was removed. Linux only; none elsewhere.
[[nodiscard]] std::vector<std::string> files_locked_by(Pid pid, std::string_view part);

// Whether its environment can be read at all. Not that of another user's process, of one that hides itself (PR_SET_DUMPABLE), or
// on a system that does not show it.
[[nodiscard]] bool shows_environment(Pid pid);

}  // namespace forever
