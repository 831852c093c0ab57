// signal, reset, flush, reopen: one message to each supervisor; send: a line to each instance.
#include <cerrno>

#include "app/log_paths.hpp"
#include "cli/apps/ask_each.hpp"
#include "cli/apps/selection.hpp"
#include "cli/carry_out.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "platform/input_pipe.hpp"
#include "platform/signals.hpp"

namespace forever::cli {
namespace {

// Without a supervisor nobody writes, so the files are ours to empty.
Outcome flush_files(const StateDirectory& state, const Target& target) {
  const auto spec = state.read_spec(target.name);
  if (!spec) return {target.name, false, spec.error().message()};
  const auto [out, err] = log_paths(state, *spec);
  for (const std::string& path : {out, err}) {
    if (path.empty()) continue;
    for (unsigned number = 1; number <= spec->logs.keep; ++number) {
      if (const Status removed = remove_tree(rotated_path(path, number)); !removed)
        return {target.name, false, removed.error().message()};
    }
    if (!exists(path)) continue;
    const auto file = open_log_file(path);
    if (!file) return {target.name, false, file.error().message()};
    if (const Status emptied = truncate_file(file->get(), 0); !emptied)
      return {target.name, false, emptied.error().message()};
  }
  return {target.name, true, words_for(target) + " flushed"};
}

// Past the supervisor, straight into what the program reads.
Outcome write_line(const StateDirectory& state, const AppView& view, const Target& target, const std::string& line) {
  const std::string who = words_for(target);
  const auto spec = state.read_spec(target.name);
  if (!spec) return {target.name, false, spec.error().message()};
  if (!spec->input)
    return {target.name, false,
            who + " reads no input; `forever stop " + target.name + "`, then `forever start " + target.name +
                " --stdin` gives it one"};
  std::size_t reached = 0;
  for (const InstanceStatus& instance : view.status.instances) {
    if (target.slot && *target.slot != instance.slot) continue;
    const Status written = write_input(input_path(state.app_directory(target.name), instance.slot), line);
    if (written) {
      ++reached;
    } else if (written.error().code.value() == EAGAIN) {
      return {target.name, false, who + " does not read its input, which is full; nothing was written"};
    } else if (written.error().code.value() != ENXIO && written.error().code.value() != ENOENT) {
      return {target.name, false, who + ": " + written.error().message()};
    }
  }
  if (reached == 0) return {target.name, false, who + " is not running"};
  return {target.name, true, who + " got the line" + (reached > 1 ? ", in all instances" : "")};
}

// What is to be done where nobody supervises.
using Idle = Outcome (*)(const StateDirectory&, const Target&);

int tell_all(const SelectorOptions& which, const ControlRequest& message, const std::string& done, Idle idle) {
  Asking asking;
  asking.request = [&](const Selection& selection, const Target& target) -> std::variant<ControlRequest, Outcome> {
    if (!selection.view_of(target).supervised) return idle(selection.state, target);
    ControlRequest request = message;
    request.slot = target.slot;
    return request;
  };
  asking.done = [&](const ControlReply&) { return done; };
  return ask_apps(which, asking);
}

}  // namespace

int signal(const Signal& command) {
  const std::string name = signal_name(command.signal);
  return tell_all(command.which, {Operation::send_signal, {}, command.signal, false, {}}, " got " + name,
                  [](const StateDirectory&, const Target& target) {
                    return Outcome{target.name, false, words_for(target) + " is not running"};
                  });
}

int reset(const Reset& command) {
  return tell_all(command.which, {Operation::reset, {}, 0, false, {}}, " has its counts at zero",
                  [](const StateDirectory&, const Target& target) {
                    return Outcome{target.name, true, words_for(target) + " is not running; its counts begin at zero"};
                  });
}

int send(const Send& command) {
  const std::string line = command.line + "\n";
  if (line.size() > kLongestInput)
    return fail({ExitCode::usage, "a line has " + std::to_string(kLongestInput - 1) + " bytes at most"},
                command.which.json);
  auto found = find_apps(command.which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  const Selection& selection = std::get<Selection>(found);
  std::vector<Outcome> outcomes;
  for (const Target& target : selection.targets)
    outcomes.push_back(write_line(selection.state, selection.view_of(target), target, line));
  return answer_outcomes(selection.state, outcomes, command.which);
}

int flush(const Flush& command) {
  return tell_all(command.which, {Operation::flush, {}, 0, false, {}}, " flushed", flush_files);
}

int reopen(const Reopen& command) {
  return tell_all(
      command.which, {Operation::reopen, {}, 0, false, {}}, " has opened its logs anew",
      [](const StateDirectory&, const Target& target) {
        return Outcome{target.name, true, words_for(target) + " is not running; its logs are opened when it starts"};
      });
}

}  // namespace forever::cli
