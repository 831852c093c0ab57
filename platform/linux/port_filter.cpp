#include "platform/linux/port_filter.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "platform/posix/messages.hpp"
#include "platform/posix/strip.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr unsigned kArchitecture = 0;  // of no architecture: all calls pass
#endif

// SECCOMP_IOCTL_NOTIF_SET_FLAGS and SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (Linux 6.6; the headers may be older).
constexpr unsigned long kSetFlags = SECCOMP_IOW(4, __u64);
constexpr unsigned long kSyncWakeUp = 1;

int install(sock_fprog* program) noexcept {
  // The filter guards against nothing. Kernels before 5.16 would slow down all that the program does, lest it speculate.
  constexpr unsigned long kFlags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  return static_cast<int>(FOREVER_SYS(syscall, -1L, SYS_seccomp, SECCOMP_SET_MODE_FILTER, kFlags, program));
}

}  // namespace

int install_port_filter() noexcept {
  // Calls of another architecture (32-bit programs) have other numbers, and pass.
  std::array steps{
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 0, 4),
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_bind, 1, 0),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_listen, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{static_cast<unsigned short>(steps.size()), steps.data()};
  int listener = install(&program);
  if (listener < 0 && errno == EACCES) {
    // Without CAP_SYS_ADMIN a filter is allowed only to who can gain no privilege by exec any more (seccomp(2)).
    if (FOREVER_SYS(prctl, -1, PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0) return -1;
    listener = install(&program);
  }
  return listener;
}

int hand_over_port_calls(int channel, pid_t keeper) noexcept {
#ifdef PR_SET_PTRACER
  if (keeper != 0) (void)FOREVER_SYS(prctl, -1, PR_SET_PTRACER, static_cast<unsigned long>(keeper), 0UL, 0UL, 0UL);
#endif
  const int listener = install_port_filter();
  if (listener < 0) return errno;
  // The caller waits for the answer anyway: on the same processor the two need not wake another one up, which takes as long as
  // all the rest. Without it the calls take longer, and nothing else.
  (void)sys::ioctl(listener, kSetFlags, kSyncWakeUp);
  char byte = 'c';
  std::array<iovec, 1> part{iovec{&byte, 1}};
  const ssize_t sent = send_message(channel, part, listener);
  const int code = sent < 0 ? errno : 0;
  sys::close(listener);
  return code;
}

}  // namespace forever
