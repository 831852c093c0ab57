// `forever watch APP on|off`: a running app's supervisor gets the changed spec; that of a stopped one is changed on record.
#include "cli/verbs/watch.hpp"

#include "cli/grammar/verb.hpp"

#include "cli/apps/ask_each.hpp"
#include "cli/apps/selection.hpp"
#include "platform/lock.hpp"

namespace forever::cli {
namespace {

// It has no supervisor. The lock is held meanwhile, so that no start interferes.
Status change_record(const StateDirectory& state, const AppSpec& spec) {
  const auto lock = try_lock(state.lock_path(spec.name));
  if (!lock) return lock.error();
  if (!*lock) return Error{"it is being started right now; try again", {}};
  if (auto written = state.write_spec(spec); !written) return written;
  auto status = state.read_status(spec.name);
  if (!status) return Done{};  // there is nothing that a list could show wrongly
  status->watching = spec.watch.on;
  return state.write_status(*status);
}

}  // namespace

constinit const Verb kWatchVerb{
    .name = "watch",
    .family = family::kEnding,
    .operands = "APP... on|off [OPTION]...",
    .summary = "switch restarting on file changes on or off",
    .text =
        "Switches watching on or off without restarting the app. The options of its start select the watched files "
        "(`forever start --help`, Restart on change); by default its working directory is watched.",
    .examples =
        "forever watch web on\n"
        "forever watch web off\tbefore a deployment, say",
    .groups = kAnswerGroups,
    .kind = OperandKind::app,
    .begin = begin<Watch>,
};

std::optional<UsageError> Watch::take(Operands& operands) {
  take_selectors(which, operands);
  auto& words = which.selectors;
  if (words.size() < 2 || (words.back() != "on" && words.back() != "off"))
    return missing("watch", "the name of an app and, last, on or off");
  on = words.back() == "on";
  words.pop_back();
  return std::nullopt;
}

int Watch::carry_out() const {
  const std::string done = on ? " is watched" : " is not watched";
  Asking asking;
  asking.request = [&](const Selection& selection, const Target& target) -> std::variant<ControlRequest, Outcome> {
    const auto outcome = [&](bool ok, const std::string& text) {
      return Outcome{target.name, ok, words_for(target) + text};
    };
    auto spec = selection.state.read_spec(target.name);
    if (!spec) return outcome(false, ": " + spec.error().message());
    if (spec->watch.on == on) return outcome(true, on ? " is already watched" : " is already not watched");
    spec->watch.on = on;
    if (selection.view_of(target).supervised)
      return ControlRequest{.operation = Operation::configure, .new_spec = spec_to_json(*spec)};
    const Status changed = change_record(selection.state, *spec);
    return changed ? outcome(true, done) : outcome(false, ": " + changed.error().message());
  };
  asking.done = [&](const ControlReply& reply) { return reply.text.empty() ? done : done + ", and " + reply.text; };
  return ask_apps(which, asking);
}

}  // namespace forever::cli
