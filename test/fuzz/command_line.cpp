// Any list of arguments survives Windows' one line, and any line can be cut up; words are separated by a zero byte.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/windows_command_line.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::vector<std::string> argv{""};
  for (const char c : bytes) {
    if (c == '\0') {
      argv.emplace_back();
    } else {
      argv.back() += c;
    }
  }
  if (forever::split_windows_command_line(bytes).empty()) std::abort();
  const auto line = forever::windows_command_line(argv);
  if (!line) {
    if (argv.front().find('"') == std::string::npos) std::abort();
    argv.front() = "program";
  } else if (forever::split_windows_command_line(*line) != argv) {
    std::abort();
  }
  // Within its quotes, which cmd.exe counts singly, no argument may leave it outside of them.
  if (const auto batch = forever::batch_command_line("cmd.exe", "x.cmd", argv)) {
    std::size_t quotes = 0;
    for (const char c : *batch) {
      if (c == '"') ++quotes;
      if (c == '\n' || c == '\r' || c == '\0') std::abort();
    }
    if (quotes % 2 != 0) std::abort();
  }
  return 0;
}
