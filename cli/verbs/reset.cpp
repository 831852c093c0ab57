// reset: the counts of an app begin again.
#include "cli/verbs/reset.hpp"

#include "cli/apps/ask_each.hpp"

namespace forever::cli {

int reset(const Reset& command) {
  return tell_apps(command.which, {.operation = Operation::reset}, " has its counts at zero",
                   [](const StateDirectory&, const Target& target) {
                     return Outcome{target.name, true, words_for(target) + " is not running; its counts begin at zero"};
                   });
}

}  // namespace forever::cli
