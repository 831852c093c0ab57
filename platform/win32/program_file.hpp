// The file of the running program, and the argument that makes it a supervisor.
#pragma once

#include <string>
#include <string_view>

namespace forever::win32 {

[[nodiscard]] std::wstring program_file();

// argv of such a process: the program, this word, title, directory, how many arguments, they, and NAME=HANDLE of each handle.
inline constexpr std::string_view kSupervisorFace = "(supervisor)";

}  // namespace forever::win32
