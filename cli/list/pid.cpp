// pid: the pids of an app's instances.
#include "cli/list/pid.hpp"

#include "cli/grammar/verb.hpp"

#include "cli/apps/json.hpp"
#include "cli/apps/look.hpp"
#include "cli/apps/selection.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"

namespace forever::cli {
namespace {

// Why there is no pid to print. Its status may be older than the check of its processes.
std::string idle_word(const AppLook& look) {
  const bool lived = is_up(look.state) || look.state == "unsupervised";
  return lived ? "has just ended" : look.state;
}

constexpr Option kPidOptions[] = {
    kJson,
};
constexpr OptionGroup kPidGroups[] = {{"Options", kPidOptions}};

}  // namespace

constinit const Verb kPidVerb{
    .name = "pid",
    .family = family::kLooking,
    .operands = "[APP]... [OPTION]...",
    .summary = "print the process ids of an app",
    .text = kSelectorText,
    .examples = "kill -USR1 $(forever pid web)\n",
    .groups = kPidGroups,
    .kind = OperandKind::app,
    .begin = begin<Pids>,
};

std::optional<UsageError> Pids::take(Operands& operands) {
  take_selectors(which, operands);
  return std::nullopt;
}

int Pids::carry_out() const {
  auto found = find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  Selection& selection = std::get<Selection>(found);
  if (!which.json) tell_of_none(selection);
  const std::vector<AppLook> looks = look_at_all(selection.views);
  std::string text;
  std::string idle;
  for (const AppLook& look : looks) {
    bool any = false;
    for (std::size_t i = 0; i < look.instances.size(); ++i) {
      if (!look.instances[i].alive) continue;
      text += std::to_string(look.view.status.instances[i].process.pid) + "\n";
      any = true;
    }
    if (!any) idle += (idle.empty() ? "" : ", ") + look.view.name + " (" + idle_word(look) + ")";
  }
  const bool named = !which.selectors.empty();
  const std::string error = named && !idle.empty() ? "not running: " + idle : std::string{};
  if (!error.empty()) complain(error);
  const int code = to_int(error.empty() ? ExitCode::ok : ExitCode::failed);
  return print(which.json ? json_list(selection.state.path(), looks, error) : text, code);
}

}  // namespace forever::cli
