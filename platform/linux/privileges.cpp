// Linux: capabilities(7) of this thread, /proc/sys/fs/nr_open.
#include "platform/privileges.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>

#include "platform/linux/proc.hpp"

namespace forever {

Privileges privileges() {
  Privileges found;
  constexpr std::string_view kEffective = "\nCapEff:\t";
  std::uint64_t effective = 0;
  const std::string status = proc::read_whole("/proc/self/status");
  if (const std::size_t at = status.find(kEffective); at != std::string::npos)
    std::from_chars(status.data() + at + kEffective.size(), status.data() + status.size(), effective, 16);
  found.raise_limits = (effective >> CAP_SYS_RESOURCE & 1U) != 0;
  found.raise_priority = (effective >> CAP_SYS_NICE & 1U) != 0;
  std::uint64_t most = 0;
  const std::string files = proc::read_whole("/proc/sys/fs/nr_open");
  if (std::from_chars(files.data(), files.data() + files.size(), most).ec == std::errc{}) found.most_open_files = most;
  return found;
}

// By capset(2) itself: there is no wrapper without libcap.
void drop_capabilities() noexcept {
  if (::geteuid() == 0) return;
  (void)::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, 2> none{};
  (void)::syscall(SYS_capset, &header, none.data());
}

}  // namespace forever
