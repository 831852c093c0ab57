#include "platform/arguments.hpp"

#include "platform/win32/system.hpp"
#include "platform/windows_command_line.hpp"

namespace forever {

std::vector<std::string> program_arguments(int, char**) {
  std::vector<std::string> words = split_windows_command_line(win32::to_utf8(::GetCommandLineW()));
  if (!words.empty()) words.erase(words.begin());
  return words;
}

}  // namespace forever
