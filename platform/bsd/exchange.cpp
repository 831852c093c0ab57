// Exchanging names: macOS has a call for it, the others rename.
#include "platform/posix/exchange.hpp"

#include <cerrno>
#include <cstdio>

namespace forever {

#ifdef RENAME_SWAP
bool exchange_names(const char* one, const char* other) noexcept { return ::renamex_np(one, other, RENAME_SWAP) == 0; }
#else
bool exchange_names(const char*, const char*) noexcept {
  errno = ENOSYS;
  return false;
}
#endif

}  // namespace forever
