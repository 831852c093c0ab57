#include "platform/go_on_apart.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "platform/posix/sys.hpp"

namespace forever {

void go_on_apart() noexcept {
  ::signal(SIGPIPE, SIG_IGN);
  const pid_t session = ::getsid(0);
  if (session == ::getpid()) {
    const pid_t child = FOREVER_SYS(fork, -1);
    if (child < 0) return;
    if (child > 0) {
      int status = 0;
      while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
      ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
  }
  // The shell of a terminal gives each of its jobs a group; that one is in no one's way.
  if (::getpgrp() == session) (void)::setpgid(0, 0);
}

}  // namespace forever
