// Whether the terminal or the reader of the output of `forever run` still exists. Without them it
// restarts nothing.
#pragma once

#include <cstdint>

#include "platform/exit_status.hpp"

namespace forever {

class Audience {
 public:
  // Looks who is there. To be made before an EventLoop takes HUP, which forgets that it was ignored (nohup(1)).
  Audience() noexcept;

  // What a HUP means that has come to us. Where it was ignored at the beginning it never ends anything.
  enum class HangUp : std::uint8_t {
    ended,      // the terminal is gone: that is the end of `run`
    passed_on,  // a process sent it; the program decides whether it ends
    not_meant,  // the terminal is gone, and forever was started to outlive it
  };
  [[nodiscard]] HangUp hang_up(bool from_kernel) noexcept;

  // A program begins: no HUP has been passed on to it.
  void begins() noexcept { passed_on_ = false; }
  // The signal by which the program, which ended with `status`, has ended `run` too: HUP that was passed on and that it does not
  // handle, or PIPE, whatever it made of that, when the reader of our standard output is gone. 0: none.
  [[nodiscard]] int ended_by(const ExitStatus& status) const noexcept;

 private:
  bool terminal_;
  bool shown_;  // on a terminal, which hang_up() reports
  bool outlives_;
  bool passed_on_ = false;
};

}  // namespace forever
