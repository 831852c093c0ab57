// getentropy(3); a kernel or a seccomp filter without it leaves the device.
#include "platform/random.hpp"

#ifdef __APPLE__
#include <sys/random.h>
#endif

#include "platform/handle.hpp"
#include "platform/posix/sys.hpp"

namespace forever {

bool fill_random(std::span<std::byte> bytes) noexcept {
  if (FOREVER_SYS(getentropy, -1, bytes.data(), bytes.size()) == 0) return true;
  const Handle device{sys::open("/dev/urandom", O_RDONLY | O_CLOEXEC)};
  if (!device) return false;
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got =
        sys::uninterrupted([&] { return sys::read(device.get(), bytes.data() + done, bytes.size() - done); });
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace forever
