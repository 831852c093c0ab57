// signal, flush, reopen: one message to each supervisor.
#include "cli/asking.hpp"
#include "cli/verb_functions.hpp"
#include "cli/views.hpp"
#include "platform/files.hpp"
#include "platform/signals.hpp"
#include "supervisor/log_writer.hpp"
#include "supervisor/outputs.hpp"

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

// What is to be done where nobody supervises.
using Idle = Outcome (*)(const StateDirectory&, const Target&);

int send(const SelectorOptions& which, const ControlRequest& message, const std::string& done, Idle idle) {
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
  return send(command.which, {Operation::send_signal, {}, command.signal, false, {}}, " got " + name,
              [](const StateDirectory&, const Target& target) {
                return Outcome{target.name, false, words_for(target) + " is not running"};
              });
}

int reset(const Reset& command) {
  return send(command.which, {Operation::reset, {}, 0, false, {}}, " has its counts at zero",
              [](const StateDirectory&, const Target& target) {
                return Outcome{target.name, true, words_for(target) + " is not running; its counts begin at zero"};
              });
}

int flush(const Flush& command) {
  return send(command.which, {Operation::flush, {}, 0, false, {}}, " flushed", flush_files);
}

int reopen(const Reopen& command) {
  return send(
      command.which, {Operation::reopen, {}, 0, false, {}}, " has opened its logs anew",
      [](const StateDirectory&, const Target& target) {
        return Outcome{target.name, true, words_for(target) + " is not running; its logs are opened when it starts"};
      });
}

}  // namespace forever::cli
