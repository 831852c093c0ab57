// The system calls of the POSIX back ends, by one door, so that the fault ring can make the n-th one fail.
//
// In a normal build each wrapper is the call itself. With FOREVER_FAULT_INJECTION every wrapper first asks
// `fault::next(name)`, which counts calls and returns the errno to fail with (fault.hpp sets the plan; for a whole
// binary the variable FOREVER_FAULT="call:n:errno[,…]" does).
// One piece: one list of system calls.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace forever::fault {

#ifdef FOREVER_FAULT_INJECTION
// 0: let the call through; else the errno to fail with. Async-signal-safe: the strip asks too.
int next(const char* call) noexcept;
#else
constexpr int next(const char*) noexcept { return 0; }
#endif

// Makes the call, unless the plan says that this one fails: then errno is set and `failed` returned.
template <class F, class R>
inline R guarded(const char* call, R failed, F&& make) noexcept {
  if (const int code = next(call); code != 0) {
    errno = code;
    return failed;
  }
  return static_cast<R>(make());
}

}  // namespace forever::fault

// forever::sys::open(...) and its sisters: same parameters, same results, same errno as section 2 of the manual.
#define FOREVER_SYS(name, failed, ...) \
  ::forever::fault::guarded(#name, failed, [&]() noexcept { return ::name(__VA_ARGS__); })
// Defines such a sister, whatever its parameters; `failed` has the type of the result.
#define FOREVER_SYS_DOOR(name, failed)                \
  template <class... Arguments>                       \
  inline auto name(Arguments... arguments) noexcept { \
    return FOREVER_SYS(name, failed, arguments...);   \
  }

namespace forever::sys {

inline constexpr ssize_t kNoCount = -1;

FOREVER_SYS_DOOR(access, -1)
FOREVER_SYS_DOOR(chdir, -1)
FOREVER_SYS_DOOR(dup2, -1)
FOREVER_SYS_DOOR(execve, -1)
FOREVER_SYS_DOOR(faccessat, -1)
FOREVER_SYS_DOOR(fchownat, -1)
FOREVER_SYS_DOOR(fchmod, -1)
FOREVER_SYS_DOOR(fcntl, -1)
FOREVER_SYS_DOOR(fork, pid_t{-1})
FOREVER_SYS_DOOR(fstat, -1)
FOREVER_SYS_DOOR(fstatat, -1)
FOREVER_SYS_DOOR(fsync, -1)
FOREVER_SYS_DOOR(ftruncate, -1)
FOREVER_SYS_DOOR(getcwd, static_cast<char*>(nullptr))
FOREVER_SYS_DOOR(getrlimit, -1)
FOREVER_SYS_DOOR(kill, -1)
FOREVER_SYS_DOOR(mkdir, -1)
FOREVER_SYS_DOOR(mkdirat, -1)
FOREVER_SYS_DOOR(open, -1)
FOREVER_SYS_DOOR(openat, -1)
FOREVER_SYS_DOOR(opendir, static_cast<DIR*>(nullptr))
FOREVER_SYS_DOOR(pipe, -1)
#ifndef __APPLE__
FOREVER_SYS_DOOR(pipe2, -1)
#endif
FOREVER_SYS_DOOR(poll, -1)
FOREVER_SYS_DOOR(pread, kNoCount)
FOREVER_SYS_DOOR(pwrite, kNoCount)
FOREVER_SYS_DOOR(read, kNoCount)
FOREVER_SYS_DOOR(readlink, kNoCount)
FOREVER_SYS_DOOR(readlinkat, kNoCount)
FOREVER_SYS_DOOR(rename, -1)
FOREVER_SYS_DOOR(renameat, -1)
FOREVER_SYS_DOOR(rmdir, -1)
FOREVER_SYS_DOOR(setgid, -1)
FOREVER_SYS_DOOR(setgroups, -1)
FOREVER_SYS_DOOR(setpgid, -1)
FOREVER_SYS_DOOR(setrlimit, -1)
FOREVER_SYS_DOOR(setsid, pid_t{-1})
FOREVER_SYS_DOOR(setuid, -1)
FOREVER_SYS_DOOR(sigprocmask, -1)
FOREVER_SYS_DOOR(stat, -1)
FOREVER_SYS_DOOR(unlink, -1)
FOREVER_SYS_DOOR(unlinkat, -1)
FOREVER_SYS_DOOR(waitid, -1)
FOREVER_SYS_DOOR(waitpid, pid_t{-1})
FOREVER_SYS_DOOR(write, kNoCount)

// Its request is an int literal in some headers and an unsigned long in the declaration (ioctl(2)).
template <class Argument>
inline int ioctl(int descriptor, unsigned long request, Argument argument) noexcept {
  return FOREVER_SYS(ioctl, -1, descriptor, request, argument);
}

// A close that fails has closed all the same (close(2)), so the plan can change its result but not the closing.
inline int close(int descriptor) noexcept {
  const int result = ::close(descriptor);
  if (const int code = fault::next("close"); code != 0) {
    errno = code;
    return -1;
  }
  return result;
}

// Makes `call` until it is not interrupted by a signal (EINTR).
template <class F>
inline auto uninterrupted(F&& call) noexcept {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

}  // namespace forever::sys
