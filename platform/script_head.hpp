// The beginning of a file, by which the kernel chooses what runs it.
#pragma once

#include <string>
#include <vector>

namespace forever {

struct ScriptHead {
  bool text = false;  // a file without a NUL at its begin: a script, not a binary
  std::vector<std::string>
      line;  // of its #! line: the interpreter, and the rest of the line as one argument; execve(2)
};
// Reads at most 256 bytes, as Linux does. What cannot be read is no text. Windows knows no #! lines: never a text.
[[nodiscard]] ScriptHead script_head(const std::string& path);

}  // namespace forever
