// RENAME_EXCHANGE by its number, for C libraries that lack the wrapper.
#include "platform/posix/exchange.hpp"

#include <linux/fs.h>
#include <sys/syscall.h>

#include "platform/posix/sys.hpp"

namespace forever {

bool exchange_names(const char* one, const char* other) noexcept {
  return fault::guarded("renameat2", -1L, [&]() noexcept {
           return ::syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
         }) == 0;
}

}  // namespace forever
