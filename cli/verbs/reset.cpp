// reset: the counts of an app begin again.
#include "cli/verbs/reset.hpp"

#include "cli/grammar/verb.hpp"

#include "cli/apps/ask_each.hpp"

namespace forever::cli {

constinit const Verb kResetVerb{
    .name = "reset",
    .family = family::kEnding,
    .operands = "APP... [OPTION]...",
    .summary = "set the counts of restarts and failures to zero",
    .text = kSelectorText,
    .examples = "forever reset web",
    .groups = kAnswerGroups,
    .kind = OperandKind::app,
    .begin = begin<Reset>,
};

std::optional<UsageError> Reset::take(Operands& operands) {
  return take_some(which, operands, "reset", "the name of an app, or `all`");
}

int Reset::carry_out() const {
  return tell_apps(which, {.operation = Operation::reset}, " has its counts reset",
                   [](const StateDirectory&, const Target& target) {
                     return Outcome{target.name, true, words_for(target) + " is not running; its counts start at zero"};
                   });
}

}  // namespace forever::cli
