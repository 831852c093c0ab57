// Descriptors that are kept back: known by their numbers, and held as duplicates.
#include "platform/reserve.hpp"

#include <algorithm>

#include "platform/posix/sys.hpp"

namespace forever {
namespace {

// A spawn takes about ten at a time; where few are allowed, half of them.
constexpr rlim_t kReserve = 32;
constexpr std::size_t kSpares = 12;
constexpr rlim_t kPlenty = 64;

int free_from(int least) noexcept { return sys::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, least); }

// Whether the last kSpares numbers below the limit are in use. They are not asked for while there are many below them: the kernel's
// table would grow to their size.
bool is_scarce() noexcept {
  rlimit limit{};
  if (sys::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  const Handle lowest{free_from(0)};
  if (!lowest || limit.rlim_cur <= kSpares) return true;
  if (static_cast<rlim_t>(lowest.get()) + kPlenty < limit.rlim_cur) return false;
  const auto least = static_cast<int>(limit.rlim_cur - kSpares);
  const Handle last{free_from(least)};
  return last.get() != least && lowest.get() != least;
}

}  // namespace

// The kernel gives out the lowest number that is free: what is kept under this rule never has one of the last numbers below the limit.
bool leaves(Reserve reserve, NativeHandle handle) noexcept {
  rlimit limit{};
  if (sys::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return true;
  const rlim_t whole = std::min(kReserve, limit.rlim_cur / 2);
  return static_cast<rlim_t>(handle) + (reserve == Reserve::whole ? whole : whole / 2) < limit.rlim_cur;
}

void SpareHandles::lend_if_scarce() noexcept {
  if (!held_.empty() && is_scarce()) held_.clear();
}

void SpareHandles::take_back() noexcept {
  held_.reserve(kSpares);
  while (held_.size() < kSpares) {
    Handle one{free_from(0)};
    if (!one) break;
    held_.push_back(std::move(one));
  }
}

}  // namespace forever
