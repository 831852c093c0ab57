// env, reset, cleanlogs: habits of people who come from PM2 or forever.
#include <algorithm>

#include "app/name.hpp"
#include "cli/apps/json.hpp"
#include "cli/apps/selection.hpp"
#include "cli/apps/stop_each.hpp"
#include "cli/carry_out.hpp"
#include "platform/files.hpp"

namespace forever::cli {
namespace {

std::string environment_text(const AppSpec& spec, bool reveal) {
  std::vector<std::string> lines;
  for (const std::string& entry : spec.environment) {
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string name = entry.substr(0, equals);
    const std::string value = equals < entry.size() ? entry.substr(equals + 1) : std::string{};
    lines.push_back(printable(name) + "=" + (!reveal && looks_secret(name, value) ? "********" : printable(value)));
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The app that a log file belongs to: web of web.out.log, web.err.log.3, web.forever.log.1. Empty for other files.
std::string owner_of(std::string file, bool& rotated) {
  const std::size_t dot = file.rfind('.');
  rotated = dot != std::string::npos && all_digits(std::string_view{file}.substr(dot + 1));
  if (rotated) file.resize(dot);
  for (const char* end : {".out.log", ".err.log", ".forever.log"}) {
    if (file.ends_with(end)) return file.substr(0, file.size() - std::char_traits<char>::length(end));
  }
  return {};
}

}  // namespace

int env(const Env& command) {
  auto found = find_apps(command.which.selectors, false);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  const Selection& selection = std::get<Selection>(found);
  if (command.which.json) return describe({command.which, command.reveal});
  std::string text;
  bool whole = true;
  for (const AppView& view : selection.views) {
    const auto spec = selection.state.read_spec(view.name);
    if (!spec) {
      complain(spec.error().message());
      whole = false;
      continue;
    }
    if (selection.views.size() > 1) text += std::string{text.empty() ? "" : "\n"} + "# " + printable(view.name) + "\n";
    text += environment_text(*spec, command.reveal);
  }
  return print(text, to_int(whole ? ExitCode::ok : ExitCode::failed));
}

int clean_logs(const CleanLogs& command) {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, false);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  const std::vector<std::string> names = state.names();
  std::string text, error;
  std::vector<std::string> files = list_directory(state.path() + "/logs");
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    bool rotated = false;
    const std::string owner = owner_of(file, rotated);
    if (owner.empty() || (!rotated && std::binary_search(names.begin(), names.end(), owner))) continue;
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
