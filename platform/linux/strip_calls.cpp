// The strip's system calls made directly.
#include "platform/posix/strip_calls.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#include <array>
#include <cstdint>

#include "platform/linux/direct_call.hpp"
#include "platform/posix/sys.hpp"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
// 32-bit systems have the calls with 16-bit ids under the plain names.
#ifdef SYS_setuid32
#define FOREVER_ID_CALL(name) SYS_##name##32
#else
#define FOREVER_ID_CALL(name) SYS_##name
#endif

namespace forever::strip_calls {
namespace {

long word(const void* pointer) noexcept { return reinterpret_cast<long>(pointer); }

// `name` is what a fault plan calls it.
template <class... Words>
long call(const char* name, long number, Words... words) noexcept {
  if (const int code = fault::next(name); code != 0) return -code;
  return direct_call(number, static_cast<long>(words)...);
}

// prlimit64(2)'s own structure, the same on every machine.
struct WideLimit {
  std::uint64_t soft;
  std::uint64_t hard;
};

constexpr std::size_t kSignalSetSize = NSIG / 8;

}  // namespace

int close(int descriptor) noexcept { return static_cast<int>(call("close", SYS_close, descriptor)); }

int close_range(unsigned first, unsigned last) noexcept {
  return static_cast<int>(call("close_range", SYS_close_range, first, last, 0));
}

int open(const char* path, int flags) noexcept {
  return static_cast<int>(call("open", SYS_openat, AT_FDCWD, word(path), flags | O_LARGEFILE, 0));
}

int dup2(int from, int to) noexcept {
  if (const int code = fault::next("dup2"); code != 0) return -code;
  if (from == to) return to;  // dup3(2) refuses it
  return static_cast<int>(direct_call(SYS_dup3, from, to, 0));
}

int keep_over_exec(int descriptor) noexcept {
  return static_cast<int>(call("fcntl", SYS_fcntl, descriptor, F_SETFD, 0));
}

int duplicate_from(int descriptor, int least) noexcept {
  return static_cast<int>(call("fcntl", SYS_fcntl, descriptor, F_DUPFD_CLOEXEC, least));
}

pid_t getpid() noexcept { return static_cast<pid_t>(direct_call(SYS_getpid)); }

int reopen_fifo(int descriptor) noexcept {
  std::array<char, 32> path{"/proc/self/fd/"};
  std::array<char, 12> digits{};
  std::size_t count = 0;
  for (auto rest = static_cast<unsigned>(descriptor); count == 0 || rest != 0; rest /= 10) {
    digits[count++] = static_cast<char>('0' + rest % 10);
  }
  std::size_t at = 14;
  while (count != 0) path[at++] = digits[--count];
  return open(path.data(), O_RDWR | O_CLOEXEC | O_NOCTTY);
}

ssize_t read(int descriptor, void* into, std::size_t size) noexcept {
  return call("read", SYS_read, descriptor, word(into), size);
}

ssize_t write(int descriptor, const void* from, std::size_t size) noexcept {
  return call("write", SYS_write, descriptor, word(from), size);
}

int setsid() noexcept { return static_cast<int>(call("setsid", SYS_setsid)); }

int setpgid(pid_t process, pid_t group) noexcept {
  return static_cast<int>(call("setpgid", SYS_setpgid, process, group));
}

int set_nice(int nice) noexcept {
  return static_cast<int>(call("setpriority", SYS_setpriority, PRIO_PROCESS, 0, nice));
}

void umask(mode_t mask) noexcept { (void)direct_call(SYS_umask, static_cast<long>(mask)); }

int getrlimit(int resource, rlimit& value) noexcept {
  WideLimit wide{};
  const long done = call("getrlimit", SYS_prlimit64, 0, resource, 0, word(&wide));
  value.rlim_cur = static_cast<rlim_t>(wide.soft);
  value.rlim_max = static_cast<rlim_t>(wide.hard);
  return static_cast<int>(done);
}

int setrlimit(int resource, const rlimit& value) noexcept {
  const auto widened = [](rlim_t limit) noexcept { return limit == RLIM_INFINITY ? ~std::uint64_t{0} : limit; };
  const WideLimit wide{widened(value.rlim_cur), widened(value.rlim_max)};
  return static_cast<int>(call("setrlimit", SYS_prlimit64, 0, resource, word(&wide), 0));
}

int setgroups(std::span<const gid_t> groups) noexcept {
  return static_cast<int>(call("setgroups", FOREVER_ID_CALL(setgroups), groups.size(), word(groups.data())));
}

int setgid(gid_t group) noexcept { return static_cast<int>(call("setgid", FOREVER_ID_CALL(setgid), group)); }

int setuid(uid_t user) noexcept { return static_cast<int>(call("setuid", FOREVER_ID_CALL(setuid), user)); }

int chdir(const char* path) noexcept { return static_cast<int>(call("chdir", SYS_chdir, word(path))); }

void default_dispositions() noexcept {
  // The kernel's own struct sigaction, which begins with the handler, in zeroes: SIG_DFL, no flags, an empty mask.
  constexpr std::array<unsigned long, 8> kDefault{};
  for (int signal = 1; signal < NSIG; ++signal) {
    (void)direct_call(SYS_rt_sigaction, signal, word(kDefault.data()), 0, static_cast<long>(kSignalSetSize));
  }
}

int unblock_all_signals() noexcept {
  constexpr std::array<unsigned char, kSignalSetSize> kNone{};
  return static_cast<int>(call("sigprocmask", SYS_rt_sigprocmask, SIG_SETMASK, word(kNone.data()), 0, kSignalSetSize));
}

int execve(const char* program, char* const* argv, char* const* environment) noexcept {
  return static_cast<int>(call("execve", SYS_execve, word(program), word(argv), word(environment)));
}

void exit(int code) noexcept {
  for (;;) (void)direct_call(SYS_exit_group, code);
}

}  // namespace forever::strip_calls
