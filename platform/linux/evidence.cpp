// By proc(5).
#include "platform/evidence.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "platform/handle.hpp"
#include "platform/linux/proc.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

using ProcPath = std::array<char, 48>;

ProcPath proc_path(Pid pid, const char* name) {
  ProcPath path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/%s", pid, name);
  return path;
}

}  // namespace

std::optional<ProcessOwner> owner_of(Pid pid) {
  const std::string status = proc::read_whole(proc_path(pid, "status").data());
  // The name precedes it, with a line break in it written as \n.
  const std::size_t at = status.find("\nUid:");
  ProcessOwner owner;
  if (at == std::string::npos ||
      std::sscanf(status.c_str() + at, "\nUid: %u %u %u", &owner.real, &owner.effective, &owner.saved) != 3)
    return std::nullopt;
  return owner;
}

std::optional<StandardStream> standard_stream_of(Pid pid, int stream) {
  ProcPath path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/fd/%d", pid, stream);
  auto facts = facts_of(std::string{path.data()});
  std::array<char, 4096> target;
  const ssize_t size = sys::readlink(path.data(), target.data(), target.size());
  if (!facts || size <= 0) return std::nullopt;
  return StandardStream{{target.data(), static_cast<std::size_t>(size)}, *facts};
}

std::vector<std::string> files_locked_by(Pid pid, std::string_view part) {
  std::vector<std::string> locked;
  for (const std::string& number : list_directory(proc_path(pid, "fd").data())) {
    std::array<char, 4096> target;
    const std::string name = "fd/" + number, facts = "fdinfo/" + number;
    const ssize_t size = sys::readlink(proc_path(pid, name.c_str()).data(), target.data(), target.size());
    const std::string_view path{target.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    if (path.find(part) == std::string_view::npos) continue;
    // proc_pid_fdinfo(5): "lock:  1: OFDLCK ADVISORY WRITE -1 08:01:42 0 0", of this very description.
    const std::string lines = proc::read_whole(proc_path(pid, facts.c_str()).data());
    const std::size_t lock = lines.find("lock:");
    if (lock != std::string::npos && lines.find("OFDLCK", lock) != std::string::npos) locked.emplace_back(path);
  }
  return locked;
}

bool shares_pids(Pid pid) {
  struct stat theirs {
  }, ours{};
  return sys::stat(proc_path(pid, "ns/pid").data(), &theirs) == 0 && sys::stat("/proc/self/ns/pid", &ours) == 0 &&
         theirs.st_ino == ours.st_ino;
}

bool shows_environment(Pid pid) {
  const Handle file{sys::open(proc_path(pid, "environ").data(), O_RDONLY | O_CLOEXEC)};
  return static_cast<bool>(file);
}

}  // namespace forever
