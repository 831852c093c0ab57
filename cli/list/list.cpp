// list: a table of the apps, once or repeatedly.
#include "cli/list/list.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>

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

// Reports why, if the choice cannot be read.
std::vector<std::string> columns_to_show(const StateDirectory& state) {
  auto chosen = chosen_columns(state);
  if (chosen) return std::move(*chosen);
  complain(chosen.error().message());
  return {};
}

std::string list_text(const std::vector<AppLook>& looks, const std::string& directory, bool expand,
                      const std::vector<std::string>& columns, bool recent) {
  if (looks.empty()) return "no apps in " + directory + "; `forever start PROGRAM` keeps one alive\n";
  return render(list_table(looks, expand, columns, recent), table_width(), colours_wanted(Stream::out));
}

// For people: what uses the processor now. A program that reads our output does not wait for it. Whether there was anything to look at.
bool sample_cpu(std::vector<AppLook>& looks) {
  constexpr Milliseconds kSample{150};
  const auto alive = [](const AppLook& look) { return std::ranges::any_of(look.instances, &InstanceLook::alive); };
  if (std::ranges::none_of(looks, alive)) return false;
  const Time then = steady_now();
  (void)wait_readable({}, kSample);
  std::vector<AppView> views;
  for (const AppLook& look : looks) views.push_back(look.view);
  std::vector<AppLook> again = look_at_all(std::move(views));
  average_since(again, looks, std::chrono::duration_cast<Milliseconds>(steady_now() - then));
  for (std::size_t i = 0; i < looks.size(); ++i) {
    looks[i].cpu_percent = again[i].cpu_percent;
    for (std::size_t slot = 0; slot < looks[i].instances.size(); ++slot)
      looks[i].instances[slot].cpu_percent = again[i].instances[slot].cpu_percent;
  }
  return true;
}

// All apps, or those that were named.
std::variant<std::vector<AppView>, Failure> chosen_views(const StateDirectory& state, const List& command) {
  if (command.which.selectors.empty()) {
    std::vector<AppView> views = view_apps(state, true);
    tell_adoptions(views);
    return views;
  }
  auto found = find_apps(command.which.selectors, true);
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
    const bool recent = !before.empty();
    if (std::ranges::find(columns, "ports") != columns.end()) add_ports(looks);
    if (!before.empty()) average_since(looks, before, std::chrono::duration_cast<Milliseconds>(now - then));
    before = looks;
    then = now;
    sort_looks(looks, command.sort);
    // Home, then clear what is below: no flicker, and the scroll-back stays.
    const std::string shown =
        "\x1b[H\x1b[J" + list_text(looks, state.path(), command.expand, columns, recent) + "\nevery 2 s; Ctrl-C ends\n";
    if (!write_all(Stream::out, shown)) std::exit(0);
    (void)wait_readable({}, kPeriod);
  }
}

constexpr auto kSortWords = words_of<SortBy>();
constexpr Option kListOptions[] = {
    {{"-x,--expand", ValueKind::none, "", "Shows a row for each instance instead of one for each app."},
     turn_on<&List::expand>},
    {{"-s,--sort", ValueKind::word, "COLUMN",
      "id, name, namespace, status, restarts, uptime, cpu or memory. Default id.", kSortWords},
     take_word<&List::sort>},
    {{"-w,--watch", ValueKind::none, "", "On a terminal: refreshes every 2 seconds, until Ctrl-C."},
     turn_on<&List::watch>},
    {{"-q,--quiet", ValueKind::none, "", "Prints only the names, one per line."}, set_quiet},
    kJson,
};
constexpr OptionGroup kListGroups[] = {{"Options", kListOptions}};

}  // namespace

constinit const Verb kListVerb{
    .name = "list",
    .aliases = "ls ps status",
    .family = family::kLooking,
    .operands = "[APP]... [OPTION]...",
    .summary = "show apps and their state",
    .text =
        "Shows all apps, or the given ones: state, pids, restarts, uptime, and CPU and memory of the whole "
        "process tree. Adopts apps whose supervisor has died.",
    .examples =
        "forever list\n"
        "forever list --sort memory --watch\trefresh every 2 seconds\n"
        "forever list --json\tfor programs",
    .groups = kListGroups,
    .kind = OperandKind::app,
    .begin = begin<List>,
};

std::optional<UsageError> List::take(Operands& operands) {
  take_selectors(which, operands);
  return std::nullopt;
}

int List::carry_out() const {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  if (watch && !which.json && !which.quiet && is_terminal(Stream::out)) watch_list(state, *this);
  if (which.quiet && !which.json && sort == SortBy::id && which.selectors.empty()) {
    // What completion asks for at every key: the names alone, without reading any app.
    std::string names;
    for (const std::string& name : state.names()) names.append(name).append("\n");
    return print(names);
  }
  auto chosen = chosen_views(state, *this);
  if (const auto* failure = std::get_if<Failure>(&chosen)) return fail(*failure, which.json);
  auto& views = std::get<std::vector<AppView>>(chosen);
  tell_troubles(views);
  std::vector<AppLook> looks = look_at_all(std::move(views));
  sort_looks(looks, sort);
  if (which.quiet && !which.json) return print(names_of(looks));
  const std::vector<std::string> columns = which.json ? std::vector<std::string>{} : columns_to_show(state);
  if (which.json || std::ranges::find(columns, "ports") != columns.end()) add_ports(looks);
  if (which.json) return print(json_list(state.path(), looks));
  const bool recent = is_terminal(Stream::out) && sample_cpu(looks);
  if (recent) sort_looks(looks, sort);
  return print(list_text(looks, state.path(), expand, columns, recent));
}

}  // namespace forever::cli
