// signal, flush, reopen: one message to each supervisor.
#include "cli/stopping.hpp"
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
  auto found = find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  std::vector<Outcome> outcomes(selection.targets.size());
  std::vector<ControlTarget> asked;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < selection.targets.size(); ++i) {
    const Target& target = selection.targets[i];
    if (!selection.view_of(target).supervised) {
      outcomes[i] = idle(selection.state, target);
      continue;
    }
    ControlRequest request = message;
    request.slot = target.slot;
    asked.push_back({target.name, std::move(request)});
    places.push_back(i);
  }
  auto replies = ask_supervisors(selection.state, asked, {});
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const Target& target = selection.targets[places[i]];
    const bool ok = replies[i].ok() && replies[i]->ok;
    const std::string why = replies[i].ok() ? replies[i]->text : replies[i].error().message();
    outcomes[places[i]] = {target.name, ok, words_for(target) + (ok ? done : ": " + why)};
  }
  return answer_outcomes(selection.state, outcomes, which);
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
