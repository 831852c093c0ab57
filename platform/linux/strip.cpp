// Linux's part of the strip: close_range(2) by its number, and a FIFO opened anew through /proc.
#include "platform/posix/strip.hpp"

#include <signal.h>
#include <sys/syscall.h>

#include <array>

#include "platform/posix/sys.hpp"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

namespace forever {

bool close_span(unsigned first, unsigned last) noexcept {
  return fault::guarded("close_range", -1L, [&]() noexcept { return ::syscall(SYS_close_range, first, last, 0U); }) ==
         0;
}

void reset_reserved_signals() noexcept {
  // The kernel's own struct sigaction, which begins with the handler, in zeroes: SIG_DFL, no flags, an empty mask.
  constexpr std::array<unsigned long, 8> kDefault{};
  for (int signal = 32; signal < SIGRTMIN; ++signal) {
    ::syscall(SYS_rt_sigaction, signal, kDefault.data(), nullptr, std::size_t{NSIG / 8});
  }
}

int reopen_fifo(int descriptor) noexcept {
  // snprintf is not async-signal-safe, so the number is written by hand.
  std::array<char, 32> path{"/proc/self/fd/"};
  std::array<char, 12> digits{};
  std::size_t count = 0;
  for (auto rest = static_cast<unsigned>(descriptor); count == 0 || rest != 0; rest /= 10) {
    digits[count++] = static_cast<char>('0' + rest % 10);
  }
  std::size_t at = 14;
  while (count != 0) path[at++] = digits[--count];
  return sys::open(path.data(), O_RDWR | O_CLOEXEC | O_NOCTTY);
}

}  // namespace forever
