// signal: to the leaders of the instances, by their supervisor.
#include "cli/verbs/signal.hpp"

#include "cli/grammar/verb.hpp"

#include "cli/apps/ask_each.hpp"
#include "platform/signals.hpp"

namespace forever::cli {

constinit const Verb kSignalVerb{
    .name = "signal",
    .family = family::kEnding,
    .operands = "SIGNAL APP... [OPTION]...",
    .summary = "send a signal to an app's processes",
    .text = "Sends SIGNAL, by name or number, to the leading process of each instance.",
    .examples = "forever signal HUP web\treload the configuration",
    .groups = kAnswerGroups,
    .kind = OperandKind::signal_then_app,
    .begin = begin<Signal>,
};

std::optional<UsageError> Signal::take(Operands& operands) {
  take_selectors(which, operands);
  auto& words = which.selectors;
  if (words.size() < 2) return missing("signal", "a signal and the name of an app");
  const auto number = signal_from_name(words.front());
  if (!number)
    return UsageError{"'" + words.front() + "' is not a signal; give the signal first: forever signal HUP web"};
  signal = *number;
  words.erase(words.begin());
  return std::nullopt;
}

int Signal::carry_out() const {
  const std::string name = signal_name(signal);
  return tell_apps(which, {.operation = Operation::send_signal, .signal = signal}, " got " + name,
                   [](const StateDirectory&, const Target& target) {
                     return Outcome{target.name, false, words_for(target) + " is not running"};
                   });
}

}  // namespace forever::cli
