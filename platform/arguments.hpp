// The words of our own command line.
#pragma once

#include <string>
#include <vector>

namespace forever {

// argv of main, the program's name left out. POSIX: byte for byte. Windows: UTF-8, from the line itself (GetCommandLineW), since
// main's are in the system's code page, which cannot represent every name.
[[nodiscard]] std::vector<std::string> program_arguments(int argc, char** argv);

}  // namespace forever
