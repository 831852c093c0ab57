// upgrade: keepers and supervisors go on in another binary, below running apps.
#include "cli/verbs/upgrade.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>

#include "cli/apps/ask_each.hpp"
#include "cli/apps/selection.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"
#include "platform/capture.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/placing.hpp"
#include "platform/program.hpp"

namespace forever::cli {
namespace {

constexpr Milliseconds kProbePatience{10000};
constexpr Milliseconds kChangePatience{10000};  // the exec and the adoption take milliseconds
constexpr Milliseconds kChangeLook{5};

// A binary that does not run, is something else, or cannot read the state is found out before anything is touched.
std::optional<std::string> fault_in(const std::string& program) {
  const auto told = capture({program, "--version"}, kProbePatience, ErrorStream::captured);
  if (!told) return told.error().message();
  if (!told->status.success() || !told->out.starts_with("forever "))
    return program + " is not a working forever binary";
  const auto listed = capture({program, "list", "--quiet"}, kProbePatience, ErrorStream::captured);
  if (!listed) return listed.error().message();
  if (!listed->status.success()) return program + " cannot read the state of the apps";
  return std::nullopt;
}

bool runs_in(const AppView& view, const std::string& program) {
  return runs_file(view.status.keeper.pid, program) && runs_file(view.status.supervisor.pid, program);
}

// Until another supervisor than `before` has put itself on record.
Outcome await_change(const StateDirectory& state, const Target& target, const AppView& before,
                     const std::string& program) {
  const Time deadline = steady_now() + kChangePatience;
  while (steady_now() < deadline) {
    const AppView now = view_app(state, target.name, false);
    if (now.supervised && !(now.status.supervisor == before.status.supervisor) &&
        presence(now.status.supervisor) == Presence::alive) {
      if (runs_in(now, program))
        return {target.name, true, words_for(target) + " is supervised by forever " + now.status.program_version};
      return {target.name, false,
              words_for(target) + " keeps running its old binary: " + program + " was not executed"};
    }
    if (!now.supervised && at_rest(now.status)) return {target.name, true, words_for(target) + " has ended meanwhile"};
    (void)wait_readable({}, kChangeLook);
  }
  return {target.name, false, words_for(target) + " has no supervisor yet; `forever list` shows more"};
}

constexpr Option kUpgradeOptions[] = {
    {{"--binary", ValueKind::file, "FILE", "The binary to execute. Default: this command's own."},
     take_text<&Upgrade::binary>},
    kJson,
    kQuiet,
};
constexpr OptionGroup kUpgradeGroups[] = {{"Options", kUpgradeOptions}};

}  // namespace

constinit const Verb kUpgradeVerb{
    .name = "upgrade",
    .family = family::kMore,
    .operands = "[APP]... [OPTION]...",
    .summary = "move running apps to this version of forever",
    .text =
        "Run this after installing a new forever: keepers and supervisors of running apps execute the new binary, "
        "while the apps keep running, with their pids, connections and logs. Without APP: all apps. The binary is "
        "tested first; a binary that does not work changes nothing.",
    .examples =
        "forever upgrade\n"
        "forever upgrade web --binary ./build/forever",
    .groups = kUpgradeGroups,
    .kind = OperandKind::app,
    .begin = begin<Upgrade>,
};

std::optional<UsageError> Upgrade::take(Operands& operands) {
  take_selectors(which, operands);
  return std::nullopt;
}

int Upgrade::carry_out() const {
  // What the binary says of a state that may not be read is no fault of the binary's.
  const auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, which.json);
  const auto own = binary.empty() ? own_program() : Result<std::string>{absolute_path(binary)};
  if (!own) return fail({ExitCode::failed, own.error().message()}, which.json);
  const std::string program = canonical_path(*own);
  if (const auto fault = fault_in(program)) return fail({ExitCode::failed, *fault}, which.json);

  std::vector<std::pair<Target, AppView>> changing;
  Asking asking;
  asking.request = [&](const Selection& selection, const Target& target) -> std::variant<ControlRequest, Outcome> {
    const AppView& view = selection.view_of(target);
    if (!view.supervised) return Outcome{target.name, true, words_for(target) + " is not running"};
    if (runs_in(view, program)) return Outcome{target.name, true, words_for(target) + " already runs this binary"};
    changing.emplace_back(target, view);
    ControlRequest request{.operation = Operation::upgrade};
    request.program = program;
    return request;
  };
  asking.not_done = " is not upgraded: ";
  asking.conclude = [&](const StateDirectory& state, Outcome& outcome) {
    const auto found = std::ranges::find_if(changing, [&](const auto& one) { return one.first.name == outcome.name; });
    if (outcome.ok && found != changing.end()) outcome = await_change(state, found->first, found->second, program);
  };
  return ask_apps(which, asking);
}

}  // namespace forever::cli
