// send: a line to the program's standard input, past its supervisor.
#include "cli/verbs/send.hpp"

#include "cli/grammar/verb.hpp"

#include <cerrno>

#include "cli/apps/outcome.hpp"
#include "cli/apps/selection.hpp"
#include "client/view.hpp"
#include "platform/input_pipe.hpp"

namespace forever::cli {
namespace {

// Past the supervisor, straight into what the program reads.
Outcome write_line(const StateDirectory& state, const AppView& view, const Target& target, const std::string& line) {
  const std::string who = words_for(target);
  const auto spec = state.read_spec(target.name);
  if (!spec) return {target.name, false, spec.error().message()};
  if (!spec->input)
    return {target.name, false,
            who + " does not read input; `forever stop " + target.name + "`, then `forever start " + target.name +
                " --stdin` connects its input"};
  std::size_t reached = 0;
  for (const InstanceStatus& instance : view.status.instances) {
    if (target.slot && *target.slot != instance.slot) continue;
    const Status written = write_input(input_path(state.app_directory(target.name), instance.slot), line);
    if (written) {
      ++reached;
    } else if (written.error().code.value() == EAGAIN) {
      return {target.name, false, who + " does not read its input, and the pipe is full; nothing was written"};
    } else if (written.error().code.value() != ENXIO && written.error().code.value() != ENOENT) {
      return {target.name, false, who + ": " + written.error().message()};
    }
  }
  if (reached == 0) return {target.name, false, who + " is not running"};
  return {target.name, true, who + " received the line" + (reached > 1 ? ", in all instances" : "")};
}

}  // namespace

constinit const Verb kSendVerb{
    .name = "send",
    .family = family::kEnding,
    .operands = "APP LINE [OPTION]...",
    .summary = "write a line to an app's standard input",
    .text =
        "Writes LINE and a line break to the standard input of each instance of an app that was started with "
        "--stdin. Several words are joined to one line. Input that a program has not read when it ends is lost.",
    .examples =
        "forever start ./console --stdin\n"
        "forever send console reload configuration",
    .groups = kAnswerGroups,
    .kind = OperandKind::app,
    .begin = begin<Send>,
};

std::optional<UsageError> Send::take(Operands& operands) {
  take_selectors(which, operands);
  auto& words = which.selectors;
  if (words.size() < 2) return missing("send", "the name of an app and a line");
  for (std::size_t i = 1; i < words.size(); ++i) line += (i == 1 ? "" : " ") + words[i];
  line += '\n';
  words.resize(1);
  return std::nullopt;
}

int Send::carry_out() const {
  if (line.size() > kLongestInput)
    return fail({ExitCode::usage, "a line has " + std::to_string(kLongestInput - 1) + " bytes at most"}, which.json);
  auto found = find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  std::vector<Outcome> outcomes;
  for (const Target& target : selection.targets)
    outcomes.push_back(write_line(selection.state, selection.view_of(target), target, line));
  return answer_outcomes(selection.state, outcomes, which);
}

}  // namespace forever::cli
