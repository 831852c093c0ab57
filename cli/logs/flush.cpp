// flush and reopen: the logs of an app emptied, or opened again after somebody has moved them.
#include "cli/logs/flush.hpp"

#include "app/log_paths.hpp"
#include "cli/apps/ask_each.hpp"
#include "platform/files.hpp"

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

}  // namespace

int flush(const Flush& command) {
  return tell_apps(command.which, {.operation = Operation::flush}, " flushed", flush_files);
}

int reopen(const Reopen& command) {
  return tell_apps(
      command.which, {.operation = Operation::reopen}, " has opened its logs anew",
      [](const StateDirectory&, const Target& target) {
        return Outcome{target.name, true, words_for(target) + " is not running; its logs are opened when it starts"};
      });
}

}  // namespace forever::cli
