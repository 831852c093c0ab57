// What `forever describe` prints: what it is, how it is, why it ended, and what was asked for.
#include "cli/list/description.hpp"

#include <algorithm>
#include <cstdio>

#include "app/environment.hpp"
#include "app/port_record.hpp"
#include "app/settings/setting.hpp"
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

constexpr std::size_t kKeyWidth = 14;

class Page {
 public:
  explicit Page(bool colours) : colours_(colours) {}

  void heading(std::string_view title) {
    text_.append("\n").append(coloured(title, Colour::bold, colours_)).append("\n");
  }
  // A key with nothing to say is left out. The value may hold colours, so the caller makes it printable.
  void line(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    text_.append("  ")
        .append(key)
        .append(kKeyWidth - std::min(kKeyWidth - 1, key.size()), ' ')
        .append(value)
        .append("\n");
  }
  void raw(std::string_view text) { text_.append(text); }
  [[nodiscard]] bool colours() const { return colours_; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  bool colours_;
};

std::string typed(const std::vector<std::string>& words) { return printable(shell_words(words)); }

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

void state_section(Page& page, const AppLook& look) {
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
  page.line("namespace", printable(status.app_namespace));
  page.line("user", printable(status.user));
  page.line("supervisor", supervision(look.view));
  page.line("watching", status.watching ? status.watched.empty() ? "yes" : printable(status.watched) : "");
  page.line("restarts", std::to_string(look.restarts) + failures_text(look.failures));
  page.line("crashing", crashing_text(look));
  if (look.memory_bytes > 0) page.line("memory", format_size(look.memory_bytes) + ", of all its processes");
  if (look.memory_bytes > 0) page.line("cpu", percent(look.cpu_percent) + " on average");
}

void instance_section(Page& page, const AppLook& look) {
  if (look.instances.empty()) return;
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
                          {own.alive ? rfc3339_local(wall_from_ms(instance.started_wall_ms)) : "-"},
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

void exits_section(Page& page, const AppLook& look) {
  const auto& exits = look.view.status.last_exits;
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
    table.rows.push_back({{"  " + rfc3339_local(wall_from_ms(exit.at_ms))},
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
  page.heading("Last lines of the last crash");
  std::string_view rest = crash->last_lines;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    page.raw("  | " + printable(rest.substr(0, end)) + "\n");
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

std::string restart_text(const AppSpec& spec) {
  std::string text = to_string(spec.restart.on);
  if (!spec.restart.stop_exit_codes.empty()) {
    text += ", done at exit";
    for (const int code : spec.restart.stop_exit_codes) text += " " + std::to_string(code);
  }
  if (spec.restart.restart_delay.count() > 0) text += ", after " + format_duration(spec.restart.restart_delay);
  if (spec.restart.max_restarts)
    text += ", at most " + std::to_string(*spec.restart.max_restarts) + " failures in a row";
  return text;
}

std::string backoff_text(const RestartPolicy& policy) {
  char factor[32];
  std::snprintf(factor, sizeof factor, "%g", policy.backoff_factor);
  return format_duration(policy.backoff_first) + ", times " + factor + " up to " + format_duration(policy.backoff_cap) +
         "; a run under " + format_duration(policy.min_uptime) + " is a failure";
}

// "src, *.js; ignoring dist/; only js json; quiet for 200ms"
std::string watch_text(const WatchSettings& watch) {
  if (!watch.on) return {};
  std::string text = watch.paths.empty() ? "cwd" : typed(watch.paths);
  if (!watch.ignore.empty()) text += "; ignoring " + typed(watch.ignore);
  if (!watch.extensions.empty()) text += "; only " + typed(watch.extensions);
  text += "; quiet for " + format_duration(watch.delay);
  if (watch.hash) text += "; by contents";
  if (watch.on_crash == OnCrash::wait) text += "; waits for a change after the end";
  return text;
}

std::string interpreter_text(const AppSpec& spec) {
  if (spec.interpreter.empty()) return "by extension";
  return typed(spec.interpreter);
}

std::string health_text(const HealthSettings& health) {
  return ", every " + format_duration(health.interval) + ", at most " + format_duration(health.timeout) +
         ", restarted after " + std::to_string(health.threshold);
}

std::string ready_text(const AppSpec& spec) {
  switch (spec.ready_when()) {
    case ReadyWhen::listen: return "when it listens";
    case ReadyWhen::notify: return "when it sends READY=1";
    case ReadyWhen::automatic:
    case ReadyWhen::uptime: break;
  }
  return "after " + format_duration(spec.restart.min_uptime);
}

// The settings that the lines below put together, and those that stand further up or in the section of logs. Every other one has a
// line of its own if it is not as it usually is.
constexpr std::string_view kTold[] = {"namespace",
                                      "interpreter",
                                      "cwd",
                                      "user",
                                      "instances",
                                      "no-share",
                                      "hold-ports",
                                      "listen",
                                      "ready",
                                      "restart",
                                      "stop-exit-codes",
                                      "min-uptime",
                                      "restart-delay",
                                      "max-restarts",
                                      "backoff-first",
                                      "backoff-factor",
                                      "backoff-cap",
                                      "watch",
                                      "ignore",
                                      "ext",
                                      "watch-delay",
                                      "watch-hash",
                                      "watch-on-crash",
                                      "on-exit",
                                      "health-cmd",
                                      "health-port",
                                      "health-interval",
                                      "health-timeout",
                                      "kill-signal",
                                      "health-threshold",
                                      "kill-timeout",
                                      "kill-mode",
                                      "out",
                                      "err",
                                      "merge-logs",
                                      "log-format",
                                      "log-max-size",
                                      "log-keep",
                                      "on-exit-timeout"};

void other_settings(Page& page, const AppSpec& spec) {
  for_each_setting([&](const Setting& setting) {
    const std::string_view name = long_name(setting.option.names).substr(2);
    if (is_usual(setting, spec) || std::find(std::begin(kTold), std::end(kTold), name) != std::end(kTold)) return;
    std::string key{name};
    std::replace(key.begin(), key.end(), '-', ' ');
    page.line(key, printable(value_text(setting, spec)));
  });
}

void spec_section(Page& page, const AppSpec& spec) {
  page.heading("Settings");
  page.line("script", printable(shell_word(spec.script)));
  page.line("arguments", typed(spec.arguments));
  page.line("interpreter", interpreter_text(spec));
  if (spec.instances > 1) page.line("instances", std::to_string(spec.instances));
  if (spec.shares_ports()) page.line("ports", spec.instances > 1 ? "shared" : "held");
  page.line("listen", typed(spec.listen));
  page.line("ready", ready_text(spec));
  page.line("restart", restart_text(spec));
  page.line("back-off", backoff_text(spec.restart));
  page.line("stop", signal_name(spec.stop.signal) + ", KILL after " + format_duration(spec.stop.timeout) + ", " +
                        to_string(spec.stop.mode));
  page.line("watch", watch_text(spec.watch));
  if (!spec.health.command.empty()) page.line("health", printable(spec.health.command) + health_text(spec.health));
  if (spec.health.port != 0)
    page.line("health",
              "port " + std::to_string(spec.health.port) + printable(spec.health.path) + health_text(spec.health));
  if (!spec.on_exit.command.empty())
    page.line("on exit", printable(spec.on_exit.command) + ", at most " + format_duration(spec.on_exit.timeout));
  other_settings(page, spec);
  page.line("created", rfc3339_local(wall_from_ms(spec.created_ms)));
}

void log_section(Page& page, const AppStatus& status, const std::optional<AppSpec>& spec) {
  // A lost status does not tell where the logs are.
  const bool known = !status.out_log.empty() || !status.err_log.empty();
  if (!known && !spec) return;
  page.heading("Logs");
  page.line("out", printable(status.out_log));
  if (known) page.line("err", status.err_log.empty() ? "merged into out" : printable(status.err_log));
  if (spec) {
    page.line("format", to_string(spec->logs.format));
    page.line("rotation", spec->logs.max_size == 0 ? "never"
                                                   : "at " + format_size(spec->logs.max_size) + ", " +
                                                         std::to_string(spec->logs.keep) + " kept");
  }
  if (status.pipe_capacity > 0)
    page.line("pipe", format_size(status.pipe_capacity) + " can be written while there is no supervisor");
  if (status.dropped_bytes > 0) page.line("dropped", format_size(status.dropped_bytes) + " were lost");
}

std::string limit_text(std::uint64_t limit) { return limit == kUnlimited ? "unlimited" : std::to_string(limit); }

void environment_section(Page& page, const AppSpec& spec, bool reveal) {
  page.heading("Limits");
  for (const ResourceLimit& limit : spec.limits) {
    if (limit.soft == kUnlimited && limit.hard == kUnlimited) continue;
    page.line(printable(limit.name), limit_text(limit.soft) + " (hard " + limit_text(limit.hard) + ")");
  }
  page.heading("Environment");
  std::vector<std::string> entries = spec.environment;
  std::sort(entries.begin(), entries.end());
  bool masked = false;
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    const std::string name = entry.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : entry.substr(equals + 1);
    const bool hidden = !reveal && looks_secret(name, value);
    masked = masked || hidden;
    page.raw("  " + printable(name) + "=" + (hidden ? "********" : printable(value)) + "\n");
  }
  if (masked) page.raw("  (--reveal shows masked values)\n");
}

}  // namespace

std::string description(const AppLook& look, const std::optional<AppSpec>& spec, const DescriptionStyle& style) {
  Page page(style.colours);
  state_section(page, look);
  instance_section(page, look);
  ports_section(page, look, spec);
  exits_section(page, look);
  if (spec) spec_section(page, *spec);
  log_section(page, look.view.status, spec);
  if (spec) environment_section(page, *spec, style.reveal);
  return page.take();
}

}  // namespace forever::cli
