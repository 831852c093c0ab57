// The table of `forever list`: which columns, in which order, and which go first where there is no room.
#include "cli/list_table.hpp"

#include <algorithm>
#include <cstdio>

#include "supervisor/names.hpp"
#include "supervisor/units.hpp"

namespace forever::cli {
namespace {

std::string percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 9.95 ? "%.1f%%" : "%.0f%%", value);
  return text;
}

Cell faint(std::string text) { return {std::move(text), Colour::dim}; }

// Of one instance, as its app's first row or below it.
std::vector<Cell> row(const AppLook& look, std::size_t i, bool first) {
  const AppStatus& status = look.view.status;
  const bool single = look.instances.size() <= 1;
  const bool present = i < look.instances.size();
  const InstanceLook instance = present ? look.instances[i] : InstanceLook{};
  std::string state = look.state;
  std::string words = status_text(look);
  if (!single && look.state != "unsupervised") {
    const InstanceStatus& own = status.instances[i];
    AppLook one;
    one.state = state = instance_word(own);
    one.failures = own.history.failures;
    one.due = look.due;
    words = status_text(one);
  }
  const std::uint32_t restarts = present ? status.instances[i].history.restarts : look.restarts;
  return {first ? Cell{std::to_string(status.id), Colour::dim} : Cell{},
          first ? Cell{printable(look.view.name), Colour::bold} : Cell{},
          first ? Cell{printable(status.app_namespace)} : Cell{},
          Cell{std::to_string(present ? status.instances[i].slot : 0)},
          instance.alive ? Cell{std::to_string(status.instances[i].process.pid)} : faint("-"),
          Cell{words, colour_of(state)},
          Cell{std::to_string(restarts), look.failures > 0 ? Colour::yellow : Colour::none},
          instance.alive ? Cell{format_age(instance.uptime)} : faint("-"),
          instance.alive ? Cell{percent(instance.cpu_percent)} : faint("-"),
          instance.alive ? Cell{format_size(instance.memory_bytes)} : faint("-"),
          first ? Cell{printable(status.user)} : Cell{},
          first ? Cell{status.watching ? "yes" : "no"} : Cell{}};
}

// Of an app with several instances as a whole.
std::vector<Cell> row_of_all(const AppLook& look) {
  const AppStatus& status = look.view.status;
  Milliseconds uptime{0};
  bool alive = false;
  for (const InstanceLook& instance : look.instances) {
    alive = alive || instance.alive;
    uptime = std::max(uptime, instance.uptime);
  }
  return {Cell{std::to_string(status.id), Colour::dim},
          Cell{printable(look.view.name), Colour::bold},
          Cell{printable(status.app_namespace)},
          faint("all"),
          faint("-"),
          Cell{status_text(look), colour_of(look.state)},
          Cell{std::to_string(look.restarts), look.failures > 0 ? Colour::yellow : Colour::none},
          alive ? Cell{format_age(uptime)} : faint("-"),
          alive ? Cell{percent(look.cpu_percent)} : faint("-"),
          alive ? Cell{format_size(look.memory_bytes)} : faint("-"),
          Cell{printable(status.user)},
          Cell{status.watching ? "yes" : "no"}};
}

}  // namespace

Colour colour_of(const std::string& state) {
  if (state == "online") return Colour::green;
  if (state == "starting" || state == "stopping") return Colour::cyan;
  if (state == "backoff") return Colour::yellow;
  if (state == "errored") return Colour::red;
  if (state == "unsupervised") return Colour::magenta;
  return Colour::dim;
}

Table list_table(const std::vector<AppLook>& looks, bool expand) {
  constexpr auto kRight = Column::Align::right;
  constexpr auto kLeft = Column::Align::left;
  Table table;
  table.columns = {{"id", kRight, 8, 0},       {"name", kLeft, 0, 6},    {"namespace", kLeft, 3, 8},
                   {"slot", kRight, 4, 0},     {"pid", kRight, 9, 0},    {"status", kLeft, 0, 8},
                   {"restarts", kRight, 7, 0}, {"uptime", kRight, 8, 0}, {"cpu", kRight, 5, 0},
                   {"memory", kRight, 6, 0},   {"user", kLeft, 2, 6},    {"watching", kLeft, 1, 0}};
  for (const AppLook& look : looks) {
    if (look.instances.size() > 1 && !expand) {
      table.rows.push_back(row_of_all(look));
      continue;
    }
    const std::size_t rows = std::max<std::size_t>(look.instances.size(), 1);
    for (std::size_t i = 0; i < rows; ++i) table.rows.push_back(row(look, i, i == 0));
  }
  return table;
}

}  // namespace forever::cli
