// Looking whether a port answers, by a process of its own: this program, told by its arguments.
#pragma once

#include <string>
#include <vector>

#include "platform/side_process.hpp"

namespace forever::win32 {

// argv of such a process.
[[nodiscard]] std::vector<std::string> probe_arguments(const PortProbe& probe);
// Called first of all in main: if this process is one, it looks and ends, exit code 0 or 1.
void be_a_probe_if_asked(int argc);

}  // namespace forever::win32
