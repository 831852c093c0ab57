// doctor: checks the machine, and reports problems with their remedies.

#include "cli/doctor/look_around.hpp"

#include "cli/grammar/verb.hpp"

#include "cli/apps/json.hpp"
#include "cli/apps/selection.hpp"
#include "cli/doctor/doctor.hpp"
#include "cli/terminal/print.hpp"
#include "cli/terminal/table.hpp"
#include "client/view.hpp"
#include "platform/console.hpp"
#include "platform/program.hpp"
#include "text/json_fields.hpp"
#include "text/printable.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

using Level = Finding::Level;

const char* to_string(Level level) {
  switch (level) {
    case Level::ok: return "ok";
    case Level::note: return "note";
    case Level::wrong: return "wrong";
  }
  return "ok";
}

Colour colour_of(Level level) {
  switch (level) {
    case Level::ok: return Colour::green;
    case Level::note: return Colour::yellow;
    case Level::wrong: return Colour::red;
  }
  return Colour::none;
}

std::vector<ExaminedApp> examined(const std::vector<AppView>& views) {
  std::vector<ExaminedApp> apps;
  const std::int64_t hour_ago = to_ms(wall_now() - std::chrono::hours{1});
  for (const AppView& view : views) {
    ExaminedApp app{view.name, view.state_word(), view.trouble, view.foreign, false, false, {}, 0};
    if (const LastExit* const last = last_failure(view.status))
      app.last_failure = reason_of(*last) + " after " + format_duration(last->uptime);
    for (const LastExit& exit : view.status.last_exits)
      app.failures += is_failure(exit) && exit.at_ms >= hour_ago ? 1U : 0U;
    app.wanted = view.rebooted && view.status.desired == Desired::online;
    app.other_binary = view.supervised && !view.foreign && !same_program(view.status.supervisor.pid, current_pid());
    apps.push_back(std::move(app));
  }
  return apps;
}

// `width` of the terminal; 0: lines as long as they are.
std::string text_of(const std::vector<Finding>& findings, bool colours, std::size_t width) {
  constexpr std::size_t kIndent = 7;
  std::string text;
  for (const Finding& finding : findings) {
    std::string level = to_string(finding.level);
    level.resize(kIndent - 2, ' ');
    text += coloured(level, colour_of(finding.level), colours) + "  ";
    wrap(text, finding.check + ": " + printable(finding.text), {kIndent, kIndent, width});
    if (finding.remedy.empty()) continue;
    text.append(kIndent, ' ');
    wrap(text, "do: " + printable(finding.remedy), {kIndent + 4, kIndent, width});
  }
  return text;
}

std::string json_of(const std::vector<Finding>& findings, const std::string& state_directory, bool well) {
  Json object = {{"version", kJsonVersion}, {"state_dir", state_directory}, {"ok", well}, {"checks", Json::array()}};
  for (const Finding& finding : findings)
    object["checks"].push_back({{"check", finding.check},
                                {"level", to_string(finding.level)},
                                {"text", finding.text},
                                {"remedy", finding.remedy.empty() ? Json(nullptr) : Json(finding.remedy)}});
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

constexpr Option kDoctorOptions[] = {
    kJson,
};
constexpr OptionGroup kDoctorGroups[] = {{"Options", kDoctorOptions}};

}  // namespace

constinit const Verb kDoctorVerb{
    .name = "doctor",
    .family = family::kMore,
    .operands = "[OPTION]...",
    .summary = "check this machine for conditions that endanger apps",
    .text =
        "Checks logind's KillUserProcesses, the limits of inotify and of processes, seccomp, cgroups, the "
        "disk, and the recorded apps; reports problems and remedies, and changes nothing. Exit code 1 if "
        "something is wrong.",
    .examples = "forever doctor",
    .groups = kDoctorGroups,
    .begin = begin<Doctor>,
};

std::optional<UsageError> Doctor::take(Operands& operands) {
  join(operands);
  if (operands.words.empty()) return std::nullopt;
  return UsageError{"doctor takes no operands; `forever describe " + operands.words.front() + "` shows one app"};
}

int Doctor::carry_out() const {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  // It only checks: an app without a supervisor is reported, not adopted.
  const auto findings = examine(look_around({}), {{"the state directory " + state.path(), disk_of(state.path())}},
                                examined(view_apps(state, false)));
  bool well = true;
  for (const Finding& finding : findings) well = well && finding.level != Level::wrong;
  const int code = to_int(well ? ExitCode::ok : ExitCode::failed);
  if (which.json) return print(json_of(findings, state.path(), well), code);
  const auto width = is_terminal(Stream::out) ? static_cast<std::size_t>(terminal_width(80)) : std::size_t{0};
  return print(text_of(findings, colours_wanted(Stream::out), width), code);
}

}  // namespace forever::cli
