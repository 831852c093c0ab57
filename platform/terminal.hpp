// One terminal for this process and for its program, which is in its own process group: `run --watch`.
//
// The foreground group can read from it; the terminal stops a background process that tries to (SIGTTIN,
// SIGTTOU for its settings), and thus a program requests the terminal. POSIX, General Terminal Interface. Windows: a console has
// no foreground group, and both can read.
#pragma once

#include <optional>
#include <string>

#include "platform/handle.hpp"
#include "platform/process.hpp"

namespace forever {

class Terminal {
 public:
  // The terminal at standard input; it must be one. From here on this process is not stopped for writing to it in the
  // background (SIGTTIN and SIGTTOU are blocked; a child's strip unblocks them).
  Terminal() noexcept;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  // Takes it back.
  ~Terminal() { take_back(); }

  // Whether the signal that stopped a child says that it wants the terminal.
  [[nodiscard]] static bool asks_for_it(int signal) noexcept;

  [[nodiscard]] NativeHandle handle() const noexcept;
  // Whether we are in the foreground.
  [[nodiscard]] bool ours() const noexcept;
  // Puts the group of `leader` into the foreground, if we are there, and continues it. false: we are not.
  bool give(const ProcessId& leader) noexcept;
  // Puts us there again if it was given away, with the settings of the beginning.
  void take_back() noexcept;
  [[nodiscard]] bool given() const noexcept { return given_; }

  // A line that was typed, without its end; waits for none. Nothing: there is none, or we may not read.
  [[nodiscard]] std::optional<std::string> read_line() noexcept;

  // What Ctrl-Z does to a job: stops `leader`'s group and this process, until the shell continues us; then continues it.
  void suspend(const ProcessId& leader) noexcept;

 private:
  std::optional<std::string> settings_;  // as the system has them
  bool given_ = false;
};

}  // namespace forever
