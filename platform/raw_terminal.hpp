// The whole terminal for a view that redraws itself: raw keys in, no echo, and everything as it was afterwards.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

struct TerminalSize {
  int rows = 24;
  int columns = 80;
  friend bool operator==(const TerminalSize&, const TerminalSize&) = default;
};
// Of the terminal behind standard output; 24 x 80 where it does not say.
[[nodiscard]] TerminalSize terminal_size() noexcept;

// Whether the locale of this process is one of UTF-8: LC_ALL, else LC_CTYPE, else LANG (locale(7)).
[[nodiscard]] bool terminal_is_utf8();

// Alternate screen, no cursor, no wrapping at the right edge; and all of it back (xterm's ctlseqs, which consoles of Windows know, too).
inline constexpr std::string_view kEnterView = "\x1b[?1049h\x1b[?25l\x1b[?7l";
inline constexpr std::string_view kLeaveView = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

// Keys come one by one, unechoed; Ctrl-C stays a signal, Ctrl-Z and Ctrl-S are keys (termios(3)). Shows the alternate screen, without
// a cursor. The destructor puts all of it back. The Error is ENOTTY's where there is no terminal.
class RawTerminal {
 public:
  [[nodiscard]] static Result<RawTerminal> open();
  RawTerminal(RawTerminal&&) noexcept;
  RawTerminal& operator=(RawTerminal&&) noexcept = delete;
  ~RawTerminal();

  [[nodiscard]] NativeHandle input() const noexcept;
  // Appends what was typed; false when the terminal is gone.
  [[nodiscard]] bool read(std::string& into) const;

 private:
  struct Before;
  explicit RawTerminal(std::unique_ptr<Before> before) noexcept;
  std::unique_ptr<Before> before_;
};

}  // namespace forever
