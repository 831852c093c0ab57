// scale: another number of instances, while the app runs or for its next start.
#include "cli/verbs/scale.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>

#include "cli/apps/ask_each.hpp"
#include "cli/apps/selection.hpp"

namespace forever::cli {
namespace {

std::string instances_text(unsigned count) { return std::to_string(count) + (count == 1 ? " instance" : " instances"); }

// It has no supervisor: the number applies to its next start.
Outcome record_count(const StateDirectory& state, const Target& target, const Scale& command) {
  auto spec = state.read_spec(target.name);
  if (!spec) return {target.name, false, spec.error().message()};
  const int wanted = command.relative ? static_cast<int>(spec->instances) + command.count : command.count;
  spec->instances = static_cast<unsigned>(std::clamp(wanted, 1, static_cast<int>(kMostInstances)));
  if (const auto fault = fault_in_increments(*spec)) return {target.name, false, *fault};
  if (const Status written = state.write_spec(*spec); !written) return {target.name, false, written.error().message()};
  return {target.name, true,
          words_for(target) + " will have " + instances_text(spec->instances) + " when it is started"};
}

constexpr Option kScaleOptions[] = {
    {{"-f,--force", ValueKind::none, "",
      "Restarts an app that was started without -i for it: the one instance that it has does not share its port, and "
      "ends first."},
     turn_on<&Scale::force>},
    kJson,
    kQuiet,
};
constexpr OptionGroup kScaleGroups[] = {{"Options", kScaleOptions}};

}  // namespace

constinit const Verb kScaleVerb{
    .name = "scale",
    .family = family::kEnding,
    .operands = "APP N|+K|-K [OPTION]...",
    .summary = "run more or fewer instances of an app",
    .text =
        "Changes the number of instances while the app runs: to N, by K more, or by K fewer (at least one "
        "remains). Stops the instances with the highest slots. For a stopped app the number applies to its next start.",
    .examples =
        "forever scale web 4\n"
        "forever scale web +1",
    .groups = kScaleGroups,
    .kind = OperandKind::app_then_count,
    .begin = begin<Scale>,
};

std::optional<UsageError> Scale::take(Operands& operands) {
  take_selectors(which, operands);
  auto& words = which.selectors;
  if (words.size() < 2) return missing("scale", "the name of an app and a number: forever scale web 4");
  const auto wanted = scale_count(words.back());
  if (!wanted) {
    return UsageError{"'" + words.back() +
                      "' is not a number of instances; give the number last, as 4, +1 or -1: forever scale " +
                      words.front() + " 4"};
  }
  count = wanted->count;
  relative = wanted->relative;
  words.pop_back();
  return std::nullopt;
}

int Scale::carry_out() const {
  Asking asking;
  asking.request = [&](const Selection& selection, const Target& target) -> std::variant<ControlRequest, Outcome> {
    if (target.slot)
      return Outcome{target.name, false, words_for(target) + " is one of several instances; scale acts on the app"};
    if (!selection.view_of(target).supervised) return record_count(selection.state, target, *this);
    return ControlRequest{.operation = Operation::scale, .force = force, .count = count, .relative = relative};
  };
  asking.done = [](const ControlReply& reply) {
    return " has " + instances_text(static_cast<unsigned>(reply.pids.size())) +
           (reply.text.empty() ? "" : "; " + reply.text);
  };
  asking.not_done = " is not scaled: ";
  asking.progress = true;
  return ask_apps(which, asking);
}

}  // namespace forever::cli
