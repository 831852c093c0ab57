// The table of `forever list`: which columns, in which order, and which go first where there is no room.
#include "cli/list/list_table.hpp"

#include <algorithm>
#include <cstdio>

#include "text/printable.hpp"
#include "text/shell.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

std::string short_percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 9.95 ? "%.1f%%" : "%.0f%%", value);
  return text;
}

using Align = Column::Align;

struct KnownColumn {
  std::string_view name, others;  // what PM2 and forever call it
  Align align = Align::left;
  unsigned keep = 0;
  std::size_t least = 0;
  bool usual = true;
};
// In the order of the cells that row() makes.
constexpr KnownColumn kColumns[] = {{"id", "", Align::right, 8},
                                    {"name", "uid", Align::left, 0, 6},
                                    {"namespace", "", Align::left, 3, 8},
                                    {"slot", "instance", Align::right, 4},
                                    {"pid", "", Align::right, 9},
                                    {"status", "state", Align::left, 0, 8},
                                    {"restarts", "", Align::right, 7},
                                    {"uptime", "", Align::right, 8},
                                    {"cpu", "", Align::right, 5},
                                    {"memory", "mem", Align::right, 6},
                                    {"user", "", Align::left, 2, 6},
                                    {"watching", "watch", Align::left, 1},
                                    {"supervisor", "forever", Align::right, 1, 0, false},
                                    {"command", "script", Align::left, 1, 8, false},
                                    {"cwd", "", Align::left, 1, 8, false},
                                    {"ports", "port", Align::left, 1, 8, false},
                                    {"log", "logfile", Align::left, 1, 8, false}};

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
    one.state = state = instance_word(own, instance);
    one.reason = instance.reason;
    one.failures = own.history.failures;
    one.due = look.due;
    words = status_text(one);
  }
  const std::uint32_t restarts = present ? status.instances[i].history.restarts : look.restarts;
  return {first ? Cell{id_text(status), Colour::dim} : Cell{},
          first ? Cell{printable(look.view.name), Colour::bold} : Cell{},
          first ? Cell{printable(status.app_namespace)} : Cell{},
          Cell{std::to_string(present ? status.instances[i].slot : 0)},
          instance.alive ? Cell{std::to_string(status.instances[i].process.pid)} : faint("-"),
          Cell{words, colour_of(state)},
          Cell{std::to_string(restarts), look.failures > 0 ? Colour::yellow : Colour::none},
          instance.alive ? Cell{format_age(instance.uptime)} : faint("-"),
          instance.alive ? Cell{short_percent(instance.cpu_percent)} : faint("-"),
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
  return {Cell{id_text(status), Colour::dim},
          Cell{printable(look.view.name), Colour::bold},
          Cell{printable(status.app_namespace)},
          faint("all"),
          faint("-"),
          Cell{status_text(look), colour_of(look.state)},
          Cell{std::to_string(look.restarts), look.failures > 0 ? Colour::yellow : Colour::none},
          alive ? Cell{format_age(uptime)} : faint("-"),
          alive ? Cell{short_percent(look.cpu_percent)} : faint("-"),
          alive ? Cell{format_size(look.memory_bytes)} : faint("-"),
          Cell{printable(status.user)},
          Cell{status.watching ? "yes" : "no"}};
}

std::string ports_text(const AppLook& look) {
  std::string text;
  for (const std::uint16_t port : look.ports) text += (text.empty() ? "" : " ") + std::to_string(port);
  return text;
}

// The columns that are not usual.
void add_facts(std::vector<Cell>& cells, const AppLook& look, bool first) {
  const AppStatus& status = look.view.status;
  if (!first) {
    cells.resize(cells.size() + 5);
    return;
  }
  cells.push_back(look.view.supervised ? Cell{std::to_string(status.supervisor.pid)} : faint("-"));
  cells.push_back({printable(shell_words(status.command))});
  cells.push_back({printable(status.directory)});
  cells.push_back({ports_text(look)});
  cells.push_back({printable(status.out_log)});
}

}  // namespace

Table list_table(const std::vector<AppLook>& looks, bool expand, const std::vector<std::string>& columns, bool recent) {
  Table table;
  std::vector<std::size_t> places;
  const auto show = [&](std::string_view name) {
    const auto known = std::ranges::find(kColumns, name, &KnownColumn::name);
    if (known == std::end(kColumns)) return;
    places.push_back(static_cast<std::size_t>(known - std::begin(kColumns)));
    // On average since the start, or at this moment.
    const std::string heading = known->name != "cpu" ? std::string{known->name} : recent ? "cpu now" : "cpu avg";
    table.columns.push_back({heading, known->align, known->keep, known->least});
  };
  for (const std::string& name : columns) show(name);
  if (columns.empty()) {
    for (const std::string_view name : usual_columns()) show(name);
  }
  const auto add = [&](std::vector<Cell> cells, const AppLook& look, bool first) {
    if (!columns.empty()) add_facts(cells, look, first);
    std::vector<Cell>& shown = table.rows.emplace_back();
    for (const std::size_t place : places) shown.push_back(cells[place]);
  };
  for (const AppLook& look : looks) {
    if (look.instances.size() > 1 && !expand) {
      add(row_of_all(look), look, true);
      continue;
    }
    const std::size_t rows = std::max<std::size_t>(look.instances.size(), 1);
    for (std::size_t i = 0; i < rows; ++i) add(row(look, i, i == 0), look, i == 0);
  }
  return table;
}

std::vector<std::string_view> all_columns() {
  std::vector<std::string_view> names;
  for (const KnownColumn& column : kColumns) names.push_back(column.name);
  return names;
}

std::vector<std::string_view> usual_columns() {
  std::vector<std::string_view> names;
  for (const KnownColumn& column : kColumns) {
    if (column.usual) names.push_back(column.name);
  }
  return names;
}

std::optional<std::string_view> column_named(std::string_view word) {
  for (const KnownColumn& column : kColumns) {
    if (word == column.name || (word == column.others && !word.empty())) return column.name;
  }
  return std::nullopt;
}

std::string unknown_column(std::string_view word) {
  const auto near = nearest(word, all_columns());
  std::string text = "'" + printable(word) + "' is not a column of list";
  if (near) return text + "; did you mean '" + std::string{*near} + "'?";
  text += "; there are";
  for (const KnownColumn& column : kColumns) text.append(&column == kColumns ? " " : ", ").append(column.name);
  return text;
}

}  // namespace forever::cli
