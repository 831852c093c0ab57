// The umask, which can only be read by setting it (umask(2)), and what else restricts this process's access to its files.
#include <atomic>
#include <csignal>

#include "platform/posix/sys.hpp"
#include "platform/spawn.hpp"

namespace forever {
namespace {

constexpr unsigned kUnknown = ~0U;
std::atomic<unsigned> given{kUnknown};  // before it was changed

}  // namespace

void keep_files_usable() noexcept {
  const mode_t mask = ::umask(077);
  ::umask(mask & 077);
  unsigned nothing = kUnknown;
  given.compare_exchange_strong(nothing, mask);
  // A write beyond `ulimit -f` then fails and can be reported (setrlimit(2)). Programs get the default back in the strip.
  (void)std::signal(SIGXFSZ, SIG_IGN);
}

unsigned current_umask() noexcept {
  if (const unsigned known = given; known != kUnknown) return known;
  const mode_t mask = ::umask(077);
  ::umask(mask);
  return mask;
}

}  // namespace forever
