// The commands that run beside one app: hooks of its exits, and health probes. Each is a separate process
// that enforces its own time limit (platform/side_process.hpp), so that supervision waits for none of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/spec.hpp"
#include "platform/handle.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"
#include "supervisor/decide/health.hpp"
#include "supervisor/instance/exit_hook.hpp"

namespace forever {

class SideCommands {
 public:
  // As the app's user, in its directory, with its environment and `story` on top; what it writes goes to `err`. If too many
  // are running, it returns an Error.
  [[nodiscard]] Status tell_exit(const AppSpec& spec, const ExitStory& story, NativeHandle err);

  struct Look {
    std::uint32_t key = 0;  // of the instance: while a slot is reloaded it has two
    std::uint32_t slot = 0;
    std::uint64_t generation = 0;
    Pid pid = 0;
    std::uint16_t port = 0;  // where no command is asked: what is looked at; 0: it does not listen, which is the answer
    std::uint16_t from = 0;  // and from which port of ours, if that matters
  };
  // `through`: the socket whose port is at.from.
  [[nodiscard]] Status look(const AppSpec& spec, const Look& at, NativeHandle through = kNoHandle);

  [[nodiscard]] bool runs(Pid pid) const noexcept;
  // One has ended; nothing if that process is none of them. A hook's answer has no slot.
  struct Answer {
    std::optional<Look> look;
    bool well = false;
    std::string words;  // "exit 1", "took longer than 5s"
  };
  [[nodiscard]] std::optional<Answer> ended(Pid pid, const ExitStatus& status);
  // Probes are no longer awaited; hooks keep running.
  void end_looks() noexcept;
  [[nodiscard]] bool hooks_run() const noexcept;

 private:
  struct Running {
    ProcessId guard;
    std::optional<Look> look;
    Milliseconds limit{0};
  };
  std::vector<Running> running_;
};

}  // namespace forever
