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
      {"access", {EACCES}},
      {"chdir", {ENOENT, EACCES, EIO}},
      {"close", {EIO, EINTR}},
      {"close_range", {ENOSYS, EPERM}},
      {"dup2", {EBADF, EMFILE, EINTR}},
      {"epoll_create1", {EMFILE, ENFILE, ENOMEM}},
      {"execve", {ENOENT, EACCES, ENOMEM, E2BIG, ETXTBSY, EAGAIN}},
      {"faccessat", {EACCES, EIO}},
      {"fcntl", {EAGAIN, EMFILE, ENOLCK, EINVAL}},
      {"fork", {EAGAIN, ENOMEM}},
      {"fstat", {EIO, ENOMEM}},
      {"fsync", {EIO, ENOSPC, EINVAL}},
      {"ftruncate", {EIO, EINTR, EFBIG}},
      {"getcwd", {ENOENT, ENOMEM}},
      {"kill", {ESRCH, EPERM}},
      {"mkdir", {EACCES, ENOSPC, EDQUOT, EROFS, EEXIST, ENOENT}},
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
      {"rename", {ENOSPC, EACCES, EROFS, EIO}},
      {"renameat2", {ENOSYS, EINVAL, ENOENT, EACCES}},
      {"setgid", {EPERM}},
      {"setgroups", {EPERM, ENOMEM}},
      {"setpgid", {EPERM, EACCES}},
      {"setrlimit", {EPERM, EINVAL}},
      {"setsid", {EPERM}},
      {"setuid", {EPERM, EAGAIN}},
      {"sigprocmask", {EINVAL}},
      {"stat", {ENOENT, EACCES, EIO}},
      {"unlink", {EACCES, EROFS, ENOENT}},
      {"unlinkat", {EACCES, EROFS, ENOENT, EISDIR, ENOTEMPTY}},
      {"waitid", {ECHILD, EINTR}},
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
