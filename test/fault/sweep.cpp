// Failing each call in turn.
#include "test/fault/sweep.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "test/support/catch.hpp"
#include "test/support/process.hpp"

namespace forever::test {

std::vector<int> plausible_errors(const std::string& call) {
  static const std::map<std::string, std::vector<int>> errors{
      {"accept", {EMFILE, ENFILE, ECONNABORTED, EINTR}},
      {"access", {EACCES}},
      {"bind", {EACCES, ENOSPC, EROFS}},
      {"chdir", {ENOENT, EACCES, EIO}},
      {"chmod", {EPERM, EROFS}},
      {"close", {EIO, EINTR}},
      {"close_range", {ENOSYS, EPERM}},
      {"connect", {EAGAIN, EACCES, ECONNREFUSED}},
      {"dup2", {EBADF, EMFILE, EINTR}},
      {"epoll_create1", {EMFILE, ENFILE, ENOMEM}},
      {"epoll_ctl", {ENOMEM, ENOSPC}},
      {"epoll_wait", {EINTR}},
      {"execve", {ENOENT, EACCES, ENOMEM, E2BIG, ETXTBSY, EAGAIN}},
      {"faccessat", {EACCES, EIO}},
      {"fcntl", {EAGAIN, EMFILE, ENOLCK, EINVAL}},
      {"fork", {EAGAIN, ENOMEM}},
      {"fstat", {EIO, ENOMEM}},
      {"fsync", {EIO, ENOSPC, EINVAL}},
      {"ftruncate", {EIO, EINTR, EFBIG}},
      {"getcwd", {ENOENT, ENOMEM}},
      {"getsockopt", {ENOBUFS}},
      {"inotify_add_watch", {ENOSPC, ENOMEM, EACCES, ENOENT}},
      {"inotify_init1", {EMFILE, ENFILE, ENOMEM}},
      {"inotify_rm_watch", {EINVAL}},
      {"ioctl", {EIO}},
      {"kill", {ESRCH, EPERM}},
      {"listen", {EADDRINUSE}},
      {"mkdir", {EACCES, ENOSPC, EDQUOT, EROFS, EEXIST, ENOENT}},
      {"mkfifo", {EACCES, ENOSPC, EEXIST}},
      {"open", {EMFILE, ENFILE, ENOMEM, EACCES, ENOENT, ENOSPC, EROFS, EINTR}},
      {"openat", {EMFILE, EACCES, ENOENT, ENOTDIR}},
      {"opendir", {EMFILE, EACCES, ENOENT, ENOMEM}},
      {"pidfd_open", {ENOSYS, EMFILE, ESRCH, EPERM}},
      {"pidfd_send_signal", {EPERM, ESRCH, ENOSYS}},
      {"pipe2", {EMFILE, ENFILE}},
      {"pread", {EIO, EINTR}},
      {"pwrite", {ENOSPC, EDQUOT, EIO, EFBIG, EINTR}},
      {"read", {EIO, EINTR}},
      {"readlink", {EACCES, ENOENT}},
      {"recvmsg", {ENOMEM, EINTR}},
      {"recv", {ECONNRESET, EINTR, EAGAIN}},
      {"rename", {ENOSPC, EACCES, EROFS, EIO}},
      {"renameat2", {ENOSYS, EINVAL, ENOENT, EACCES}},
      {"send", {EPIPE, EINTR, EAGAIN, ENOBUFS}},
      {"setgid", {EPERM}},
      {"setgroups", {EPERM, ENOMEM}},
      {"setpgid", {EPERM, EACCES}},
      {"setrlimit", {EPERM, EINVAL}},
      {"setsid", {EPERM}},
      {"setuid", {EPERM, EAGAIN}},
      {"sigaction", {EINVAL}},
      {"signalfd", {EMFILE, ENFILE, ENOMEM}},
      {"sigprocmask", {EINVAL}},
      {"socket", {EMFILE, ENFILE, ENOBUFS}},
      {"splice", {ENOSPC, EDQUOT, EIO, EFBIG, EINVAL, ENOMEM, EAGAIN, EINTR}},
      {"stat", {ENOENT, EACCES, EIO}},
      {"syscall", {EINTR, ENOSYS, EMFILE}},
      {"tee", {ENOMEM, EAGAIN, EINTR}},
      {"unlink", {EACCES, EROFS, ENOENT}},
      {"unlinkat", {EACCES, EROFS, ENOENT, EISDIR, ENOTEMPTY}},
      {"waitid", {ECHILD, EINTR}},
      {"waitpid", {EINTR}},
      {"write", {EIO, EPIPE, EINTR, EAGAIN}},
  };
  const auto found = errors.find(call);
  return found == errors.end() ? std::vector<int>{EIO, ENOMEM} : found->second;
}

World look_at_world() {
  return {.descriptors = count_open_descriptors(::getpid()),
          .children = children_of(::getpid()).size(),
          .blocked_signals = status_field(::getpid(), "SigBlk")};
}

void fail_each_call(fault::Where where, const std::function<void()>& operate, const std::function<void()>& check) {
  const World before = look_at_world();
  fault::set({});
  operate();
  const std::vector<std::string> calls = fault::calls_of(where);
  fault::clear();
  REQUIRE_FALSE(calls.empty());
  check();
  for (std::size_t n = 0; n < calls.size(); ++n) {
    for (const int code : plausible_errors(calls[n])) {
      INFO("call " << n + 1 << ", " << calls[n] << ", fails with " << std::strerror(code));
      fault::set({.call = "*", .nth = static_cast<int>(n) + 1, .code = code, .where = where});
      operate();
      const int hits = fault::hits();
      fault::clear();
      CHECK(hits == 1);
      const World after = look_at_world();
      CHECK(after.descriptors == before.descriptors);
      CHECK(after.children == before.children);
      CHECK(after.blocked_signals == before.blocked_signals);
      check();
    }
  }
}

}  // namespace forever::test
