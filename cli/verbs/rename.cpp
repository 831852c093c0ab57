// rename: another name for an app.
#include "cli/verbs/rename.hpp"

#include "app/name.hpp"
#include "cli/grammar/verb.hpp"
#include "cli/verbs/change.hpp"
#include "text/printable.hpp"

namespace forever::cli {

constinit const Verb kRenameVerb{
    .name = "rename",
    .family = family::kEnding,
    .operands = "APP NAME [OPTION]...",
    .summary = "give an app another name",
    .text =
        "The app keeps its settings and its logs. An app that runs is stopped and started again under the new name, "
        "which its processes are marked with; one that is stopped stays stopped.",
    .examples = "forever rename web shop",
    .groups = kAnswerGroups,
    .kind = OperandKind::app,
    .begin = begin<Rename>,
};

std::optional<UsageError> Rename::take(Operands& operands) {
  take_selectors(which, operands);
  if (which.selectors.size() != 2)
    return missing("rename", "the name of an app and its new one: forever rename web shop");
  name = which.selectors.back();
  which.selectors.pop_back();
  if (auto fault = fault_in_name(name)) return UsageError{"'" + printable(name) + "' cannot be a name: " + *fault};
  return std::nullopt;
}

int Rename::carry_out() const { return rename(which, name); }

}  // namespace forever::cli
