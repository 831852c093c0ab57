// cleanlogs: removes the logs of apps that are gone, and all rotated ones.
#include "cli/logs/clean_logs.hpp"

#include <algorithm>

#include "cli/apps/selection.hpp"
#include "platform/files.hpp"
#include "text/printable.hpp"

namespace forever::cli {

int clean_logs(const CleanLogs& command) {
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
    if (!command.dry_run) {
      if (const Status removed = remove_tree(path); !removed) {
        complain(removed.error().message());
        error = removed.error().message();
        continue;
      }
    }
    text += printable(path) + (command.dry_run ? "\n" : " removed\n");
  }
  const int code = to_int(error.empty() ? ExitCode::ok : ExitCode::failed);
  return command.quiet ? code : print(text, code);
}

}  // namespace forever::cli
