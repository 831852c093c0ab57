// The terminal by termios(3) and the sequences that every terminal of today knows (ECMA-48, xterm's ctlseqs).
#include "platform/raw_terminal.hpp"

#include <termios.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "platform/console.hpp"
#include "platform/environment.hpp"
#include "platform/posix/sys.hpp"

namespace forever {

struct RawTerminal::Before {
  termios settings{};
};

TerminalSize terminal_size() noexcept {
  winsize size{};
  if (sys::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {};
  return {size.ws_row, size.ws_col};
}

bool terminal_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto value = environment_variable(name);
    if (!value || value->empty()) continue;
    std::transform(value->begin(), value->end(), value->begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value->find("utf-8") != std::string::npos || value->find("utf8") != std::string::npos;
  }
  return false;
}

Result<RawTerminal> RawTerminal::open() {
  auto before = std::make_unique<Before>();
  if (::tcgetattr(STDIN_FILENO, &before->settings) != 0) return last_error("read the terminal's settings");
  termios raw = before->settings;
  raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON);
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  raw.c_cc[VSUSP] = _POSIX_VDISABLE;
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0) return last_error("change the terminal's settings");
  RawTerminal terminal{std::move(before)};
  (void)write_all(Stream::out, kEnterView);
  return terminal;
}

RawTerminal::RawTerminal(std::unique_ptr<Before> before) noexcept : before_(std::move(before)) {}
RawTerminal::RawTerminal(RawTerminal&&) noexcept = default;

RawTerminal::~RawTerminal() {
  if (!before_) return;
  (void)write_all(Stream::out, kLeaveView);
  (void)::tcsetattr(STDIN_FILENO, TCSANOW, &before_->settings);
}

NativeHandle RawTerminal::input() const noexcept { return STDIN_FILENO; }

bool RawTerminal::read(std::string& into) const {
  std::array<char, 256> keys;
  const ssize_t got = sys::uninterrupted([&] { return sys::read(STDIN_FILENO, keys.data(), keys.size()); });
  if (got > 0) into.append(keys.data(), static_cast<std::size_t>(got));
  if (got < 0) return errno == EAGAIN;
  if (got > 0) return true;
  // VMIN 0: no input is 0 as well; a terminal that is gone returns an error.
  pollfd state{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return sys::poll(&state, nfds_t{1}, 0) >= 0 && (state.revents & (POLLHUP | POLLERR)) == 0;
}

}  // namespace forever
