#include "supervisor/audience.hpp"

#include "platform/console.hpp"
#include "platform/signals.hpp"

namespace forever {

Audience::Audience() noexcept : terminal_(has_controlling_terminal()), outlives_(is_ignored(kHangUpSignal)) {}

// A shell that passes it on to its jobs is no kernel, but its terminal is gone by then. tty(4), credentials(7).
Audience::HangUp Audience::hang_up(bool from_kernel) noexcept {
  if (from_kernel || (terminal_ && !has_controlling_terminal())) return outlives_ ? HangUp::not_meant : HangUp::ended;
  passed_on_ = !outlives_;
  return HangUp::passed_on;
}

int Audience::ended_by(const ExitStatus& status) const noexcept {
  const auto died_by = [&](int signal) { return status.kind == ExitStatus::Kind::signalled && status.code == signal; };
  if (passed_on_ && died_by(kHangUpSignal)) return kHangUpSignal;
  const auto told_by_shell = ExitStatus{ExitStatus::Kind::exited, 128 + kPipeSignal, false};
  return (died_by(kPipeSignal) || status == told_by_shell) && nobody_reads(Stream::out) ? kPipeSignal : 0;
}

}  // namespace forever
