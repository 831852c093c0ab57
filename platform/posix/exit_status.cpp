// The status word of wait(2) as a value.
#include "platform/exit_status.hpp"

#include <sys/wait.h>

namespace forever {

ExitStatus exit_status_from_wait(int wait_status) noexcept {
  if (WIFEXITED(wait_status)) return {ExitStatus::Kind::exited, WEXITSTATUS(wait_status), false};
  if (WIFSIGNALED(wait_status)) {
    return {ExitStatus::Kind::signalled, WTERMSIG(wait_status), WCOREDUMP(wait_status) != 0};
  }
  return {};
}

}  // namespace forever
