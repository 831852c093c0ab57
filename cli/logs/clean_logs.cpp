// cleanlogs: removes the logs of apps that are gone, and all rotated ones.
#include "cli/logs/clean_logs.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>

#include "cli/apps/selection.hpp"
#include "platform/files.hpp"
#include "text/printable.hpp"

namespace forever::cli {

namespace {

constexpr Option kCleanLogsOptions[] = {
    {{"--dry-run", ValueKind::none, "", "Prints what would be removed, and removes nothing."},
     turn_on<&CleanLogs::dry_run>},
    kQuiet,
};
constexpr OptionGroup kCleanLogsGroups[] = {{"Options", kCleanLogsOptions}};

}  // namespace

constinit const Verb kCleanLogsVerb{
    .name = "cleanlogs",
    .family = family::kLogging,
    .operands = "[OPTION]...",
    .summary = "remove rotated logs and logs of deleted apps",
    .text =
        "Removes from the state directory the rotated logs of all apps and all logs of apps without a "
        "record. Present logs, and logs in other places, remain.",
    .examples = "forever cleanlogs --dry-run",
    .groups = kCleanLogsGroups,
    .begin = begin<CleanLogs>,
};

std::optional<UsageError> CleanLogs::take(Operands& operands) { return take_none(operands, "cleanlogs"); }

int CleanLogs::carry_out() const {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, false);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const std::vector<std::string> names = state.names();
  std::string text, error;
  std::vector<std::string> files = list_directory(state.path() + "/logs");
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    const auto [app, rotated] = owner_of_log(file);
    if (app.empty() || (!rotated && std::binary_search(names.begin(), names.end(), app))) continue;
    const std::string path = state.path() + "/logs/" + file;
    if (!dry_run) {
      if (const Status removed = remove_tree(path); !removed) {
        complain(removed.error().message());
        error = removed.error().message();
        continue;
      }
    }
    text += printable(path) + (dry_run ? "\n" : " removed\n");
  }
  if (text.empty() && error.empty() && !which.quiet)
    text = "no log to remove in " + printable(state.path()) + "/logs\n";
  const int code = to_int(error.empty() ? ExitCode::ok : ExitCode::failed);
  return which.quiet ? code : print(text, code);
}

}  // namespace forever::cli
