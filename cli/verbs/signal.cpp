// signal: to the leaders of the instances, by their supervisor.
#include "cli/verbs/signal.hpp"

#include "cli/apps/ask_each.hpp"
#include "platform/signals.hpp"

namespace forever::cli {

int signal(const Signal& command) {
  const std::string name = signal_name(command.signal);
  return tell_apps(command.which, {.operation = Operation::send_signal, .signal = command.signal}, " got " + name,
                   [](const StateDirectory&, const Target& target) {
                     return Outcome{target.name, false, words_for(target) + " is not running"};
                   });
}

}  // namespace forever::cli
