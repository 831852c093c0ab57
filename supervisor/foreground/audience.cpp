#include "supervisor/foreground/audience.hpp"

#include "platform/console.hpp"
#include "platform/signals.hpp"

namespace forever {

Audience::Audience() noexcept
    : terminal_(has_controlling_terminal()), shown_(is_terminal(Stream::out)), outlives_(is_ignored(kHangUpSignal)) {}

// A shell that passes it on to its jobs is no kernel, but its terminal is gone by then. tty(4), credentials(7).
Audience::HangUp Audience::hang_up(bool from_kernel) noexcept {
  if (from_kernel || (terminal_ && !has_controlling_terminal())) return outlives_ ? HangUp::not_meant : HangUp::ended;
  passed_on_ = !outlives_;
  return HangUp::passed_on;
}

// Few programs die of PIPE: most take the error for one of their own, and exit as after any other.
int Audience::ended_by(const ExitStatus& status) const noexcept {
  if (passed_on_ && status.kind == ExitStatus::Kind::signalled && status.code == kHangUpSignal) return kHangUpSignal;
  return !shown_ && nobody_reads(Stream::out) ? kPipeSignal : 0;
}

}  // namespace forever
