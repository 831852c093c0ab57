// list: a table of the apps, once or again and again.
#include "cli/list/list.hpp"

#include "cli/apps/json.hpp"
#include "cli/apps/look.hpp"
#include "cli/apps/selection.hpp"
#include "cli/list/columns.hpp"
#include "cli/list/list_table.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"
#include "platform/console.hpp"
#include "platform/local_socket.hpp"

namespace forever::cli {
namespace {

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

// All apps, or those that were named.
std::variant<std::vector<AppView>, Failure> chosen_views(const StateDirectory& state, const List& command) {
  if (command.selectors.empty()) {
    std::vector<AppView> views = view_apps(state, true);
    tell_adoptions(views);
    return views;
  }
  auto found = find_apps(command.selectors, true);
  if (auto* failure = std::get_if<Failure>(&found)) return std::move(*failure);
  return std::move(std::get<Selection>(found).views);
}

[[noreturn]] void watch_list(const StateDirectory& state, const List& command) {
  constexpr Milliseconds kPeriod{2000};
  const std::vector<std::string> columns = columns_to_show(state);
  std::vector<AppLook> before;
  Time then{};
  for (;;) {
    const Time now = steady_now();
    auto chosen = chosen_views(state, command);
    if (const auto* failure = std::get_if<Failure>(&chosen)) std::exit(fail(*failure, false));
    std::vector<AppLook> looks = look_at_all(std::move(std::get<std::vector<AppView>>(chosen)));
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

}  // namespace

int list(const List& command) {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, command.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  if (command.watch && !command.json && !command.quiet && is_terminal(Stream::out)) watch_list(state, command);
  if (command.quiet && !command.json && command.sort == "id" && command.selectors.empty()) {
    // What completion asks for at every key: the names alone, without a look at any app.
    std::string names;
    for (const std::string& name : state.names()) names.append(name).append("\n");
    return print(names);
  }
  auto chosen = chosen_views(state, command);
  if (const auto* failure = std::get_if<Failure>(&chosen)) return fail(*failure, command.json);
  auto& views = std::get<std::vector<AppView>>(chosen);
  tell_troubles(views);
  std::vector<AppLook> looks = look_at_all(std::move(views));
  sort_looks(looks, command.sort);
  if (command.json) return print(json_list(state.path(), looks));
  if (command.quiet) return print(names_of(looks));
  return print(list_text(looks, state.path(), command.expand, columns_to_show(state)));
}

}  // namespace forever::cli
