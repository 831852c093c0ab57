// The umask, which can only be read by setting it (umask(2)).
#include <atomic>

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
}

unsigned current_umask() noexcept {
  if (const unsigned known = given; known != kUnknown) return known;
  const mode_t mask = ::umask(077);
  ::umask(mask);
  return mask;
}

}  // namespace forever
