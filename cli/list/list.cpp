// list, describe, pid: the verbs that look.
#include "cli/apps/json.hpp"
#include "cli/apps/look.hpp"
#include "cli/apps/selection.hpp"
#include "cli/carry_out.hpp"
#include "cli/list/chosen_columns.hpp"
#include "cli/list/description.hpp"
#include "cli/list/list_table.hpp"
#include "cli/terminal/print.hpp"
#include "client/side_by_side.hpp"
#include "client/view.hpp"
#include "platform/console.hpp"
#include "platform/local_socket.hpp"

namespace forever::cli {
namespace {

std::vector<AppLook> look_at_all(std::vector<AppView> views) {
  std::vector<AppLook> looks(views.size());
  const Time now = steady_now();
  side_by_side(views.size(), [&](std::size_t index) { looks[index] = look_at(std::move(views[index]), now); });
  return looks;
}

std::string names_of(const std::vector<AppLook>& looks) {
  std::string names;
  for (const AppLook& look : looks) names.append(look.view.name).append("\n");
  return names;
}

// As wide as the terminal; off a terminal as wide as it needs to be.
std::size_t table_width() { return is_terminal(Stream::out) ? static_cast<std::size_t>(terminal_width(80)) : 0; }

// Tells why, where the choice cannot be read.
std::vector<std::string> columns_to_show(const StateDirectory& state) {
  auto chosen = chosen_columns(state);
  if (chosen) return std::move(*chosen);
  complain(chosen.error().message());
  return {};
}

std::string list_text(const std::vector<AppLook>& looks, const std::string& directory, bool expand,
                      const std::vector<std::string>& columns) {
  if (looks.empty()) return "no apps in " + directory + "; `forever start PROGRAM` keeps one alive\n";
  return render(list_table(looks, expand, columns), table_width(), colours_wanted(Stream::out));
}

[[noreturn]] void watch_list(const StateDirectory& state, const List& command) {
  constexpr Milliseconds kPeriod{2000};
  const std::vector<std::string> columns = columns_to_show(state);
  std::vector<AppLook> before;
  Time then{};
  for (;;) {
    const Time now = steady_now();
    std::vector<AppLook> looks = look_at_all(view_apps(state, true));
    if (!before.empty()) average_since(looks, before, std::chrono::duration_cast<Milliseconds>(now - then));
    before = looks;
    then = now;
    sort_looks(looks, command.sort);
    // Home, then clear what is below: no flicker, and the scroll-back stays.
    const std::string shown =
        "\x1b[H\x1b[J" + list_text(looks, state.path(), command.expand, columns) + "\nevery 2 s; Ctrl-C ends\n";
    if (!write_all(Stream::out, shown)) std::exit(0);
    (void)wait_readable({}, kPeriod);
  }
}

// Why there is no pid to print. What its status tells may be older than the look at its processes.
std::string idle_word(const AppLook& look) {
  const bool lived = look.state == to_string(InstanceState::online) || look.state == "unsupervised";
  return lived ? "has just ended" : look.state;
}

}  // namespace

int list(const List& command) {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, command.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  if (command.watch && !command.json && !command.quiet && is_terminal(Stream::out)) watch_list(state, command);
  if (command.quiet && !command.json && command.sort == "id") {
    // What completion asks for at every key: the names alone, without a look at any app.
    std::string names;
    for (const std::string& name : state.names()) names.append(name).append("\n");
    return print(names);
  }
  std::vector<AppView> views = view_apps(state, true);
  tell_adoptions(views);
  tell_troubles(views);
  std::vector<AppLook> looks = look_at_all(std::move(views));
  sort_looks(looks, command.sort);
  if (command.json) return print(json_list(state.path(), looks));
  if (command.quiet) return print(names_of(looks));
  return print(list_text(looks, state.path(), command.expand, columns_to_show(state)));
}

int describe(const Describe& command) {
  auto found = find_apps(command.which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  Selection& selection = std::get<Selection>(found);
  tell_troubles(selection.views);
  const std::vector<AppLook> looks = look_at_all(std::move(selection.views));
  std::vector<std::optional<AppSpec>> specs;
  for (const AppLook& look : looks) {
    auto spec = selection.state.read_spec(look.view.name);
    if (spec) {
      specs.emplace_back(std::move(*spec));
    } else {
      complain(spec.error().message());
      specs.emplace_back();
    }
  }
  if (command.which.json) return print(json_description(selection.state.path(), looks, specs, command.reveal));
  const DescriptionStyle style{colours_wanted(Stream::out), command.reveal};
  std::string text;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (i != 0) text += "\n";
    text += description(looks[i], specs[i], style);
  }
  return print(text);
}

int pids(const Pids& command) {
  auto found = find_apps(command.which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  Selection& selection = std::get<Selection>(found);
  const std::vector<AppLook> looks = look_at_all(selection.views);
  std::string text;
  std::string idle;
  for (const AppLook& look : looks) {
    bool any = false;
    for (std::size_t i = 0; i < look.instances.size(); ++i) {
      if (!look.instances[i].alive) continue;
      text += std::to_string(look.view.status.instances[i].process.pid) + "\n";
      any = true;
    }
    if (!any) idle += (idle.empty() ? "" : ", ") + look.view.name + " (" + idle_word(look) + ")";
  }
  const bool named = !command.which.selectors.empty();
  const std::string error = named && !idle.empty() ? "not running: " + idle : std::string{};
  if (!error.empty()) complain(error);
  const int code = to_int(error.empty() ? ExitCode::ok : ExitCode::failed);
  return print(command.which.json ? json_list(selection.state.path(), looks, error) : text, code);
}

}  // namespace forever::cli
