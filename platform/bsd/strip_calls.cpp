// The strip's system calls by way of the C library: memory, and so errno, is the child's own here (start_strip forks).
#include "platform/posix/strip_calls.hpp"

#include "platform/posix/sys.hpp"

namespace forever::strip_calls {
namespace {

template <class R>
R told(R result) noexcept {
  return result == R{-1} ? static_cast<R>(-errno) : result;
}

}  // namespace

int close(int descriptor) noexcept { return told(sys::close(descriptor)); }

int close_range(unsigned, unsigned) noexcept { return -ENOSYS; }

int open(const char* path, int flags) noexcept { return told(sys::open(path, flags)); }

int dup2(int from, int to) noexcept { return told(sys::dup2(from, to)); }

int keep_over_exec(int descriptor) noexcept { return told(sys::fcntl(descriptor, F_SETFD, 0)); }

int duplicate_from(int descriptor, int least) noexcept { return told(sys::fcntl(descriptor, F_DUPFD_CLOEXEC, least)); }

pid_t getpid() noexcept { return ::getpid(); }

int reopen_fifo(int descriptor) noexcept { return told(sys::fcntl(descriptor, F_DUPFD_CLOEXEC, 3)); }

ssize_t read(int descriptor, void* into, std::size_t size) noexcept { return told(sys::read(descriptor, into, size)); }

ssize_t write(int descriptor, const void* from, std::size_t size) noexcept {
  return told(sys::write(descriptor, from, size));
}

int setsid() noexcept { return told(static_cast<int>(sys::setsid())); }

int setpgid(pid_t process, pid_t group) noexcept { return told(sys::setpgid(process, group)); }

int set_nice(int nice) noexcept { return told(::setpriority(PRIO_PROCESS, 0, nice)); }

void umask(mode_t mask) noexcept { (void)::umask(mask); }

int getrlimit(int resource, rlimit& value) noexcept { return told(sys::getrlimit(resource, &value)); }

int setrlimit(int resource, const rlimit& value) noexcept { return told(sys::setrlimit(resource, &value)); }

int setgroups(std::span<const gid_t> groups) noexcept {
  return told(sys::setgroups(static_cast<int>(groups.size()), groups.data()));
}

int setgid(gid_t group) noexcept { return told(sys::setgid(group)); }

int setuid(uid_t user) noexcept { return told(sys::setuid(user)); }

int chdir(const char* path) noexcept { return told(sys::chdir(path)); }

void default_dispositions() noexcept {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &plain, nullptr);
}

int unblock_all_signals() noexcept {
  sigset_t none;
  sigemptyset(&none);
  return told(sys::sigprocmask(SIG_SETMASK, &none, nullptr));
}

int execve(const char* program, char* const* argv, char* const* environment) noexcept {
  return told(sys::execve(program, argv, environment));
}

void exit(int code) noexcept { ::_exit(code); }

}  // namespace forever::strip_calls
