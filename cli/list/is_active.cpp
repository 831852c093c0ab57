// is-active: a question for scripts, answered by the exit code, as systemctl has it.
#include "cli/list/is_active.hpp"

#include <algorithm>

#include "cli/apps/json.hpp"
#include "cli/apps/look.hpp"
#include "cli/apps/selection.hpp"
#include "cli/grammar/verb.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"

namespace forever::cli {

constinit const Verb kIsActiveVerb{
    .name = "is-active",
    .family = family::kLooking,
    .operands = "APP... [OPTION]...",
    .summary = "whether an app is online, by the exit code",
    .text =
        "Prints the state of each app on a line of its own. The exit code is 0 if all of them are online, and 3 "
        "otherwise, also for an app that is not on record.",
    .examples = "forever is-active -q web || mail -s down me < /dev/null",
    .groups = kAnswerGroups,
    .kind = OperandKind::app,
    .begin = begin<IsActive>,
};

std::optional<UsageError> IsActive::take(Operands& operands) { return take_some(which, operands, "is-active", kAnApp); }

int IsActive::carry_out() const {
  auto found = find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  if (!which.json && !which.quiet) tell_of_none(selection);
  const std::vector<AppLook> looks = look_at_all(selection.views);
  const bool all = std::all_of(looks.begin(), looks.end(), [](const AppLook& look) { return is_up(look.state); });
  const int code = all && !looks.empty() ? to_int(ExitCode::ok) : to_int(ExitCode::not_found);
  if (which.json) return print(json_list(selection.state.path(), looks, {}), code);
  if (which.quiet) return code;
  std::string text;
  for (const AppLook& look : looks) text += look.state + "\n";
  return print(text, code);
}

}  // namespace forever::cli
