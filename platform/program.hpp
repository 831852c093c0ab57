// Which program a process runs, and for whom: what a person asks for by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/process.hpp"

namespace forever {

struct ProgramFacts {
  ProcessId id;
  Pid parent = 0;
  std::uint32_t user = 0;  // effective uid
  std::string image;       // base name of the file that is executed; the kernel's short name where it is not shown
  std::vector<std::string> command;  // argv; empty for a thread of the kernel
  Usage use;                         // of this process alone
};

// Nothing if there is no such process, or nothing but a zombie.
[[nodiscard]] std::optional<ProgramFacts> program_of(Pid pid);

// Every process of which `name` is the base name of its file, of its argv[0] (a login shell's '-' left out), or the kernel's
// short name; with a '/' in it, the whole path of its file. `*`, `?` and `[…]` are not special. Zombies are left out.
// Windows: the image name, with or without ".exe", in any case.
[[nodiscard]] std::vector<ProgramFacts> programs_called(std::string_view name);

// Whether both run the same file; true if unknown.
[[nodiscard]] bool same_program(Pid a, Pid b);
// Whether the process runs the file that has the name `path` now; true if unknown.
[[nodiscard]] bool runs_file(Pid pid, const std::string& path);

}  // namespace forever
