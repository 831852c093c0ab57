// All signals blocked for the length of a scope: no handler runs in a child before its strip has cleared them.
#pragma once

#include "platform/posix/sys.hpp"

namespace forever {

class SignalBlock {
 public:
  SignalBlock() noexcept {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before_);
  }
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;
  ~SignalBlock() {
    const int code = errno;
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    errno = code;
  }

 private:
  sigset_t before_{};
};

}  // namespace forever
