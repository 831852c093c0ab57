// What `forever describe` prints: what it is, how it is, why it ended, and what was asked for.
#include "cli/list/description.hpp"

#include <algorithm>
#include <cstdio>

#include "app/environment.hpp"
#include "app/port_record.hpp"
#include "app/settings/setting.hpp"
#include "cli/list/page.hpp"
#include "cli/terminal/table.hpp"
#include "client/view.hpp"
#include "platform/clock.hpp"
#include "platform/listening.hpp"
#include "platform/port_sharing.hpp"
#include "platform/signals.hpp"
#include "text/printable.hpp"
#include "text/shell.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

std::string pid_text(Pid pid) { return pid > 0 ? std::to_string(pid) : "-"; }

std::string percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%%", value);
  return text;
}

// Short runs to the millisecond: that is where the difference lies.
std::string lasted(Milliseconds time) { return time < Milliseconds{1000} ? format_duration(time) : format_age(time); }

std::string failures_text(std::uint32_t failures) {
  if (failures == 0) return {};
  return ", " + std::to_string(failures) + (failures == 1 ? " failure" : " failures in a row");
}

// Why it is called crashing, and until when.
std::string crashing_text(const AppLook& look) {
  const LastExit* const last = last_failure(look.view.status);
  if (look.state != kCrashing || last == nullptr) return {};
  std::int64_t settles = 0;
  for (const InstanceStatus& instance : look.view.status.instances) settles = std::max(settles, instance.settles_ms);
  const Milliseconds left{settles - to_ms(steady_now())};
  return reason_of(*last) + " after " + lasted(last->uptime) + ", repeatedly; online again if it runs for " +
         format_age(std::max(left, Milliseconds{0})) + " more";
}

std::string supervision(const AppView& view) {
  if (view.foreign) return "by another machine or container; not used here";
  if (!view.supervised) return "none";
  std::string words =
      "pid " + pid_text(view.status.supervisor.pid) + ", keeper pid " + pid_text(view.status.keeper.pid);
  if (!view.status.program_version.empty()) words += ", forever " + printable(view.status.program_version);
  return words;
}

// "45s ago", or the time itself where all is asked for.
std::string when(std::int64_t wall_ms, const DescriptionStyle& style) {
  if (style.all) return rfc3339_local(wall_from_ms(wall_ms));
  return format_age(Milliseconds{to_ms(wall_now()) - wall_ms}) + " ago";
}

std::string usage_text(const AppLook& look) {
  if (look.memory_bytes == 0) return {};
  return format_size(look.memory_bytes) + ", of all its processes; cpu " + percent(look.cpu_percent) + " on average";
}

// The one instance of an app, for which a table would be too much.
std::string process_text(const AppLook& look, const DescriptionStyle& style) {
  if (look.instances.size() != 1 || style.all || !look.instances.front().alive) return {};
  const InstanceStatus& instance = look.view.status.instances.front();
  return "pid " + pid_text(instance.process.pid) + ", started " + when(instance.started_wall_ms, style) +
         (instance.says.empty() ? "" : ", says: " + printable(instance.says));
}

void state_section(Page& page, const AppLook& look, const std::optional<AppSpec>& spec, const DescriptionStyle& style) {
  const AppStatus& status = look.view.status;
  page.raw(coloured(printable(look.view.name), Colour::bold, page.colours()) + " (id " + id_text(status) + ") " +
           coloured(status_text(look), colour_of(look.state), page.colours()) + "\n");
  page.line("trouble",
            coloured(printable(look.view.trouble), Colour::red, page.colours() && !look.view.trouble.empty()));
  page.line("note", coloured(printable(status.note), Colour::yellow, page.colours() && !status.note.empty()));
  if (status.spec_lost)
    page.line("spec", coloured(printable(words_for_lost_spec(look.view.name)), Colour::yellow, page.colours()));
  page.line("command", typed(status.command));
  page.line("cwd", printable(status.directory));
  if (style.all || status.app_namespace != AppSpec{}.app_namespace)
    page.line("namespace", printable(status.app_namespace));
  page.line("user", printable(status.user));
  page.line("supervisor", supervision(look.view));
  page.line("process", process_text(look, style));
  page.line("watching", status.watching ? status.watched.empty() ? "yes" : printable(status.watched) : "");
  std::string ports;
  for (const std::uint16_t port : look.ports) ports += (ports.empty() ? "" : ", ") + std::to_string(port);
  page.line("listens on", ports);
  page.line("restarts", std::to_string(look.restarts) + failures_text(look.failures));
  page.line("crashing", crashing_text(look));
  page.line("memory", usage_text(look));
  if (spec) page.line("created", when(spec->created_ms, style));
}

void instance_section(Page& page, const AppLook& look, const DescriptionStyle& style) {
  if (look.instances.empty() || (!style.all && look.instances.size() == 1)) return;
  Table table;
  table.columns = {{"  slot", Column::Align::right},
                   {"pid", Column::Align::right},
                   {"status"},
                   {"restarts", Column::Align::right},
                   {"started"},
                   {"uptime", Column::Align::right},
                   {"memory", Column::Align::right}};
  for (std::size_t i = 0; i < look.instances.size(); ++i) {
    const InstanceStatus& instance = look.view.status.instances[i];
    const InstanceLook& own = look.instances[i];
    table.rows.push_back({{std::to_string(instance.slot)},
                          {own.alive ? pid_text(instance.process.pid) : "-"},
                          {instance_word(instance, own), colour_of(instance_word(instance, own))},
                          {std::to_string(instance.history.restarts)},
                          {own.alive ? when(instance.started_wall_ms, style) : "-"},
                          {own.alive ? lasted(own.uptime) : "-"},
                          {own.alive ? format_size(own.memory_bytes) : "-"}});
  }
  page.heading("Instances");
  page.raw(render(table, 0, page.colours()));
  for (const InstanceStatus& instance : look.view.status.instances) {
    if (!instance.says.empty())
      page.raw("  slot " + std::to_string(instance.slot) + " says: " + printable(instance.says) + "\n");
  }
}

unsigned connections_on(std::uint16_t port, Pid leader) {
  const std::vector<std::uint16_t> ports{port};
  unsigned count = 0;
  for (const Pid pid : tree_of(std::vector<Pid>{leader})) count += connections_of(pid, ports);
  return count;
}

struct PortRows {
  std::string address;
  std::uint16_t port = 0;                   // 0: connections are not counted
  std::optional<Milliseconds> ready_after;  // by the time; else as is on record
};

// A row for each of the instances that serve there.
template <class Which>
void add_port_rows(Table& table, const AppLook& look, const PortRows& rows, Which serves) {
  for (std::size_t i = 0; i < look.instances.size(); ++i) {
    const InstanceStatus& instance = look.view.status.instances[i];
    if (!serves(instance)) continue;
    const bool alive = look.instances[i].alive;
    const bool ready = alive && (rows.ready_after ? look.instances[i].uptime >= *rows.ready_after : instance.ready);
    table.rows.push_back(
        {{"  " + printable(rows.address)},
         {std::to_string(instance.slot)},
         {alive ? pid_text(instance.process.pid) : "-"},
         {instance.role == Role::retiring ? "draining"
          : ready                         ? "yes"
                                          : "not yet"},
         {alive && rows.port != 0 ? std::to_string(connections_on(rows.port, instance.process.pid)) : "-"}});
  }
}

// What is shared, held or passed, and by whom.
void ports_section(Page& page, const AppLook& look, const std::optional<AppSpec>& spec) {
  const AppStatus& status = look.view.status;
  Table table;
  table.columns = {{"  address"},
                   {"slot", Column::Align::right},
                   {"pid", Column::Align::right},
                   {"ready"},
                   {"connections", Column::Align::right}};
  for (const std::string& text : status.ports) {
    const auto record = port_record_from(text);
    if (!record) continue;
    const PortRows rows{record->address, port_of_address(record->address), std::nullopt};
    add_port_rows(table, look, rows, [&](const InstanceStatus& instance) {
      return std::ranges::any_of(record->sockets, [&](const auto& socket) { return socket.slot == instance.slot; });
    });
  }
  if (!table.rows.empty()) {
    page.heading("Shared ports");
    page.raw(render(table, 0, page.colours()));
  }
  if (!spec || spec->listen.empty()) return;
  table.rows.clear();
  for (const std::string& text : spec->listen) {
    const auto address = listen_address_from(text);
    PortRows rows{text, address ? address->port : std::uint16_t{0}, std::nullopt};
    if (spec->ready_when() == ReadyWhen::uptime) rows.ready_after = spec->restart.min_uptime;
    add_port_rows(table, look, rows, [](const InstanceStatus&) { return true; });
  }
  page.heading("Passed sockets");
  page.raw(render(table, 0, page.colours()));
}

// What comes before the last `most` lines is left out.
std::string_view last_of(std::string_view lines, std::size_t most) {
  std::size_t at = lines.ends_with('\n') ? lines.size() - 1 : lines.size();
  while (most > 0 && at != 0 && at != std::string_view::npos) {
    at = lines.rfind('\n', at - 1);
    --most;
  }
  return at == std::string_view::npos || at == 0 ? lines : lines.substr(at + 1);
}

void exits_section(Page& page, const AppLook& look, const DescriptionStyle& style) {
  constexpr std::size_t kMostExits = 3, kMostLines = 4;  // on one screen with all else
  const auto& every = look.view.status.last_exits;
  const std::size_t skipped = style.all || every.size() <= kMostExits ? 0 : every.size() - kMostExits;
  const std::vector<LastExit> exits(every.begin() + static_cast<std::ptrdiff_t>(skipped), every.end());
  if (exits.empty()) return;
  page.heading("Last exits");
  Table table;
  table.columns = {{"  when"},
                   {"slot", Column::Align::right},
                   {"pid", Column::Align::right},
                   {"ran", Column::Align::right},
                   {"trigger"},
                   {"reason"}};
  for (const LastExit& exit : exits) {
    table.rows.push_back({{"  " + when(exit.at_ms, style)},
                          {std::to_string(exit.slot)},
                          {pid_text(exit.pid)},
                          {lasted(exit.uptime)},
                          {printable(exit.trigger)},
                          {printable(describe_exit(exit.status, exit.stage.empty() ? "exec" : exit.stage)),
                           exit.status.success() ? Colour::none : Colour::yellow}});
  }
  page.raw(render(table, 0, page.colours()));
  const auto crash =
      std::find_if(exits.rbegin(), exits.rend(), [](const LastExit& exit) { return !exit.last_lines.empty(); });
  if (crash == exits.rend()) return;
  if (style.all) page.heading("Last lines of the last crash");
  std::string_view rest = style.all ? std::string_view{crash->last_lines} : last_of(crash->last_lines, kMostLines);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    page.raw("  | " + printable(rest.substr(0, end)) + "\n");
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

std::string description(const AppLook& look, const std::optional<AppSpec>& spec, const DescriptionStyle& style) {
  Page page(style.colours);
  state_section(page, look, spec, style);
  instance_section(page, look, style);
  ports_section(page, look, spec);
  exits_section(page, look, style);
  if (spec) spec_section(page, *spec, style.all);
  log_section(page, look.view.status, spec, style.all);
  if (spec && style.all) limits_section(page, *spec);
  if (spec && (style.all || style.reveal)) environment_section(page, *spec, style.reveal);
  if (!style.all) page.raw("(--all shows every setting, its limits, its environment and times in full)\n");
  return page.take();
}

}  // namespace forever::cli
