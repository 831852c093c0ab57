#include "platform/terminal.hpp"

#include <signal.h>
#include <termios.h>

#include <cstring>

#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::size_t kLongestLine = 4096;  // of a terminal in its canonical mode

}  // namespace

Terminal::Terminal() noexcept {
  sigset_t job;
  sigemptyset(&job);
  sigaddset(&job, SIGTTIN);
  sigaddset(&job, SIGTTOU);
  (void)sys::sigprocmask(SIG_BLOCK, &job, static_cast<sigset_t*>(nullptr));
  termios now{};
  if (::tcgetattr(STDIN_FILENO, &now) != 0) return;
  settings_.emplace(sizeof now, '\0');
  std::memcpy(settings_->data(), &now, sizeof now);
}

bool Terminal::asks_for_it(int signal) noexcept { return signal == SIGTTIN || signal == SIGTTOU; }

NativeHandle Terminal::handle() const noexcept { return STDIN_FILENO; }

bool Terminal::ours() const noexcept { return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

bool Terminal::give(const ProcessId& leader) noexcept {
  if (!given_ && !ours()) return false;
  if (::tcsetpgrp(STDIN_FILENO, leader.pid) != 0) return false;
  given_ = true;
  (void)sys::kill(-leader.pid, SIGCONT);
  return true;
}

void Terminal::take_back() noexcept {
  if (!given_) return;
  given_ = false;
  (void)::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  if (!settings_) return;
  termios before{};
  std::memcpy(&before, settings_->data(), sizeof before);
  (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

std::optional<std::string> Terminal::read_line() noexcept {
  std::string line(kLongestLine, '\0');
  const ssize_t got = sys::uninterrupted([&] { return sys::read(STDIN_FILENO, line.data(), line.size()); });
  if (got <= 0) return std::nullopt;
  line.resize(static_cast<std::size_t>(got));
  if (line.ends_with('\n')) line.pop_back();
  return line;
}

void Terminal::suspend(const ProcessId& leader) noexcept {
  const bool given = given_;
  if (leader.pid > 0) (void)sys::kill(-leader.pid, SIGTSTP);
  take_back();
  (void)::raise(SIGSTOP);
  // The shell has continued us, in the foreground or in the background.
  if (leader.pid <= 0) return;
  if (!given || !give(leader)) (void)sys::kill(-leader.pid, SIGCONT);
}

}  // namespace forever
