// startup and unstartup: what brings the apps back at boot, written where this system's init looks for it.
// One piece: what startup writes, unstartup finds and removes.
#include "cli/boot/startup.hpp"

#include <algorithm>

#include "cli/as_user.hpp"
#include "cli/boot/boot_unit.hpp"
#include "cli/grammar/verb.hpp"
#include "cli/terminal/print.hpp"
#include "platform/capture.hpp"
#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/logon.hpp"
#include "platform/placing.hpp"
#include "platform/spawn.hpp"
#include "platform/users.hpp"
#include "platform/windows_command_line.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

constexpr Milliseconds kPatience{20000};  // for systemctl and crontab
constexpr const char* kLogonName = "forever";

struct Boot {
  InitSystem init = InitSystem::systemd;
  BootUnit unit;
  std::string path;  // of the file to be written; empty for cron and logon
  std::string link;  // systemd: what enables it
  std::string content;
  unsigned mode = 0644;
};

bool have(const std::string& program) {
  return find_program(program, "/", environment_variable("PATH").value_or("/usr/bin:/bin")).code == 0;
}

std::optional<InitSystem> running_init(bool root) {
  if (!logon_place(kLogonName).empty()) return InitSystem::logon;
  if (exists("/bin/launchctl")) return InitSystem::launchd;
  if (exists("/run/systemd/system")) return InitSystem::systemd;
  if (root && exists("/run/openrc")) return InitSystem::openrc;
  if (have("crontab")) return InitSystem::cron;
  return std::nullopt;
}

void fill(Boot& boot, const std::string& home) {
  const BootUnit& unit = boot.unit;
  switch (boot.init) {
    case InitSystem::systemd: {
      const std::string config = environment_variable("XDG_CONFIG_HOME").value_or(home + "/.config");
      const std::string place = unit.system ? "/etc/systemd/system" : config + "/systemd/user";
      const std::string name = unit.system ? "forever-" + unit.user + ".service" : "forever.service";
      boot.path = place + "/" + name;
      boot.link = place + (unit.system ? "/multi-user.target.wants/" : "/default.target.wants/") + name;
      boot.content = systemd_unit(unit);
      return;
    }
    case InitSystem::openrc:
      boot.path = "/etc/init.d/forever-" + unit.user;
      boot.content = openrc_script(unit);
      boot.mode = 0755;
      return;
    case InitSystem::launchd:
      boot.path = (unit.system ? std::string{"/Library/LaunchDaemons"} : home + "/Library/LaunchAgents") +
                  "/forever.resurrect.plist";
      boot.content = launchd_plist(unit);
      return;
    case InitSystem::cron: boot.content = cron_line(unit) + "\n"; return;
    case InitSystem::logon: {
      std::string program = unit.binary;
      std::replace(program.begin(), program.end(), '/', '\\');
      const std::vector<std::string> argv{program, "resurrect", "--quiet"};
      boot.content = windows_command_line(argv).value_or("") + "\n";
      return;
    }
  }
}

std::variant<Boot, Failure> boot_for(const Startup& command) {
  const bool root = effective_uid() == 0;
  Boot boot;
  const auto init = command.init ? command.init : running_init(root);
  if (!init) {
    return Failure{ExitCode::failed,
                   "found neither systemd, OpenRC, launchd nor crontab; make your init system run `forever "
                   "resurrect` at boot"};
  }
  if (command.init && running_init(root) == InitSystem::logon)
    return Failure{ExitCode::failed,
                   std::string{"there is no "} + to_string(*command.init) + " on Windows; omit --init"};
  boot.init = *init;
  const auto binary = own_program();
  if (!binary) return Failure{ExitCode::failed, binary.error().message()};
  boot.unit.binary = *binary;
  boot.unit.system = root;
  boot.unit.user = user_name(effective_uid());
  std::string home = home_directory();
  auto state = StateDirectory::locate();
  if (state && command.user.empty()) {
    // What the init runs would refuse it at each boot.
    if (const Status usable = state->check(); !usable) return Failure{ExitCode::failed, usable.error().message()};
  }
  if (!command.user.empty()) {
    if (!root) return Failure{ExitCode::usage, "only root can set it up for another user (--user)"};
    const auto found = find_credentials(command.user, {});
    if (!found) return Failure{ExitCode::failed, found.error().message()};
    boot.unit.user = found->user_name;
    home = found->home;
    state = StateDirectory(environment_variable("FOREVER_HOME").value_or(home + "/.forever"));
  }
  if (!state) return Failure{ExitCode::failed, state.error().message()};
  boot.unit.state_directory = absolute_path(state->path());
  fill(boot, home);
  return boot;
}

// Runs it, and reports a failure; the files that were written remain valid.
void follow_up(const std::vector<std::string>& argv) {
  const auto ran = capture(argv, kPatience, ErrorStream::captured);
  if (ran && ran->status.success()) return;
  std::string words;
  for (const std::string& word : argv) words += (words.empty() ? "" : " ") + word;
  complain("`" + words + "` failed; run it yourself" +
           (ran ? ": " + ran->out.substr(0, ran->out.find('\n')) : std::string{}));
}

void reload(const Boot& boot) {
  if (boot.init == InitSystem::systemd && exists("/run/systemd/system")) {
    if (boot.unit.system) {
      follow_up({"systemctl", "daemon-reload"});
    } else {
      follow_up({"systemctl", "--user", "daemon-reload"});
    }
  }
}

// crontab(1) for the table of the app's user.
std::vector<std::string> crontab_for(const Boot& boot, const std::string& what) {
  if (effective_uid() != 0) return {"crontab", what};
  return {"crontab", "-u", boot.unit.user, what};
}

Result<std::string> current_crontab(const Boot& boot) {
  const auto ran = capture(crontab_for(boot, "-l"), kPatience);
  if (!ran) return ran.error();
  return ran->status.success() ? ran->out : std::string{};  // exit 1: there is none yet
}

Status install_crontab(const Boot& boot, const std::string& text) {
  const auto directory =
      make_scratch_directory();  // the table may be another user's, whose directory root does not touch
  if (!directory) return directory.error();
  const std::string path = *directory + "/crontab";
  Status written = write_atomically(path, text, Durability::rename_only);
  const auto ran = written ? capture(crontab_for(boot, path), kPatience) : Result<Captured>{written.error()};
  (void)remove_tree(*directory).ok();
  if (!ran) return ran.error();
  if (!ran->status.success()) return Error{"crontab rejected the new table; see its message above", {}};
  return Done{};
}

// What may be gone by the next boot: programs of a version manager, and this binary in a place that is cleared.
void tell_doubts(const Boot& boot) {
  for (const char* place : {"/tmp/", "/var/tmp/", "/run/", "/dev/shm/"}) {
    if (boot.unit.binary.starts_with(place))
      complain(boot.unit.binary +
               " is in a directory that may be cleared at boot; install it elsewhere (make install) and "
               "run startup again");
  }
  // With the rights of the user whose specs they are. Nothing that needs root comes after this.
  if (boot.unit.user != user_name(effective_uid()) && act_as(boot.unit.user)) return;
  const StateDirectory state(boot.unit.state_directory);
  for (const std::string& name : state.names()) {
    const auto spec = state.read_spec(name);
    if (!spec) continue;
    std::string path;
    for (const std::string& entry : spec->environment) {
      if (entry.starts_with("PATH=")) path = entry.substr(5);
    }
    const auto command = command_of(*spec, false);
    const ProgramLookup found = find_program(command.front(), spec->directory, path);
    if (const auto manager = version_manager_of(found.path)) {
      complain(name + " runs " + found.path + ", which belongs to " + std::string{*manager} +
               ": it cannot start once that version is removed; after a change of version, `forever restart " + name +
               " --update-env` and `forever save`");
    }
  }
}

void tell_lingering(const Boot& boot) {
  if (boot.init != InitSystem::systemd || boot.unit.system) return;
  if (exists("/var/lib/systemd/linger/" + boot.unit.user)) return;
  tell(
      "your services start at your first login and end at your last logout; to start them at boot: loginctl "
      "enable-linger " +
      boot.unit.user);
}

// The logon hands on no other environment than the user's own.
void tell_directory(const Boot& boot) {
  if (boot.init != InitSystem::logon) return;
  for (const char* variable : {"FOREVER_HOME", "FOREVER_ROOT"}) {
    const std::string value = environment_variable(variable).value_or("");
    if (value.empty() || value == logon_variable(variable)) continue;
    complain(std::string{variable} + " is not set at your logon, so that apps other than those in " +
             boot.unit.state_directory + " would be started; to set it: setx " + variable + " \"" + value + "\"");
  }
}

std::string where(const Boot& boot) {
  if (boot.init == InitSystem::logon) return logon_place(kLogonName);
  return boot.init == InitSystem::cron ? "the crontab of " + boot.unit.user : boot.path;
}

// What the logon runs; empty: nothing. True if there was something to do; with `dry_run` it is left as it is.
Result<bool> set_logon_line(const std::string& line, bool dry_run) {
  const auto old = logon_command(kLogonName);
  if (!old) return old.error();
  if (*old == line || dry_run) return *old != line;
  if (const Status done = set_logon_command(kLogonName, line); !done) return done.error();
  return true;
}

// True if there was something to do.
Result<bool> set_up(const Boot& boot) {
  if (boot.init == InitSystem::logon) return set_logon_line(boot.content.substr(0, boot.content.size() - 1), false);
  if (boot.init == InitSystem::cron) {
    const auto old = current_crontab(boot);
    if (!old) return old.error();
    const std::string text = crontab_with(*old, cron_line(boot.unit));
    if (text == *old) return false;
    if (const Status done = install_crontab(boot, text); !done) return done.error();
    return true;
  }
  const auto old = read_file(boot.path);
  const bool linked = boot.link.empty() || exists(boot.link);
  if (old && *old == boot.content && linked) return false;
  const std::string parent = boot.path.substr(0, boot.path.rfind('/'));
  if (const Status made = make_private_directory(parent); !made) return made.error();
  if (const Status written = write_atomically(boot.path, boot.content, Durability::synced); !written)
    return written.error();
  if (const Status set = set_mode(boot.path, boot.mode); !set) return set.error();
  if (!boot.link.empty()) {
    if (const Status made = make_private_directory(boot.link.substr(0, boot.link.rfind('/'))); !made)
      return made.error();
    if (const Status linked_now = make_link(boot.path, boot.link); !linked_now) return linked_now.error();
  }
  if (boot.init == InitSystem::openrc) follow_up({"rc-update", "add", "forever-" + boot.unit.user, "default"});
  reload(boot);
  return true;
}

// True if there was something to do; with `dry_run` it is left there.
Result<bool> take_down(const Boot& boot, bool dry_run) {
  if (boot.init == InitSystem::logon) return set_logon_line({}, dry_run);
  if (boot.init == InitSystem::cron) {
    const auto old = current_crontab(boot);
    if (!old) return old.error();
    const std::string text = crontab_with(*old, {});
    if (text == *old || dry_run) return text != *old;
    if (const Status done = install_crontab(boot, text); !done) return done.error();
    return true;
  }
  if (!exists(boot.path) && (boot.link.empty() || !exists(boot.link))) return false;
  if (dry_run) return true;
  if (boot.init == InitSystem::openrc) follow_up({"rc-update", "delete", "forever-" + boot.unit.user});
  if (!boot.link.empty()) {
    if (const Status removed = remove_tree(boot.link); !removed) return removed.error();
  }
  if (const Status removed = remove_tree(boot.path); !removed) return removed.error();
  reload(boot);
  return true;
}

// Those that can be asked for; the last one is Windows' own.
constexpr auto kInitWords = words_of<InitSystem>();
constexpr Option kStartupOptions[] = {
    {{"--init", ValueKind::word, "INIT", "systemd, openrc, launchd or cron. Default: the running one.",
      std::span{kInitWords}.first<4>()},
     by<Startup>([](Startup& startup, const std::string& value) -> Fault {
       startup.init = from_word<InitSystem>(value);
       if (startup.init && *startup.init != InitSystem::logon) return {};
       return "must be one of systemd, openrc, launchd, cron";
     })},
    {{"--user", ValueKind::user, "USER", "The user of the apps, by name or number; root only."},
     take_text<&Startup::user>},
    {{"--dry-run", ValueKind::none, "", "Prints what would be done, and does nothing."}, turn_on<&Startup::dry_run>},
};
constexpr OptionGroup kStartupGroups[] = {{"Options", kStartupOptions}};

}  // namespace

constinit const Verb kStartupVerb{
    .name = "startup",
    .family = family::kBoot,
    .operands = "[INIT] [OPTION]...",
    .summary = "run resurrect at boot",
    .text =
        "Configures the init system to run `forever resurrect` at boot, and to stop all apps in "
        "order at shutdown: a unit of systemd (of the user's own manager, or of the system manager for root), a "
        "service of OpenRC, an agent of launchd, or a line of crontab; on Windows a value of the user's Run key, "
        "which the logon runs. Repeating the command changes nothing.",
    .examples =
        "forever startup\n"
        "forever startup --dry-run\tprint the files and their paths\n"
        "sudo forever startup --user me\tfrom boot on, without a login",
    .groups = kStartupGroups,
    .begin = begin<Startup>,
};
constinit const Verb kUnstartupVerb{
    .name = "unstartup",
    .family = family::kBoot,
    .operands = "[OPTION]...",
    .summary = "undo startup",
    .text = "Removes what startup has written. Running apps are not stopped.",
    .examples = "forever unstartup",
    .groups = kStartupGroups,
    .begin = begin<Unstartup>,
};

// `startup systemd`, as PM2 has it.
std::optional<UsageError> Startup::take(Operands& operands) {
  join(operands);
  const auto named = operands.words.size() == 1 ? from_word<InitSystem>(operands.words.front()) : std::nullopt;
  if (!named || init) return take_none(operands, "startup");
  init = named;
  return std::nullopt;
}

std::optional<UsageError> Unstartup::take(Operands& operands) { return take_none(operands, "unstartup"); }

int Startup::carry_out() const {
  const auto made = boot_for(*this);
  if (const auto* failure = std::get_if<Failure>(&made)) return fail(*failure, false);
  const Boot& boot = std::get<Boot>(made);
  if (dry_run) return print("# " + where(boot) + "\n" + boot.content);
  const auto done = set_up(boot);
  if (!done) return fail({ExitCode::failed, done.error().message()}, false);
  tell_doubts(boot);
  tell_lingering(boot);
  tell_directory(boot);
  const std::string when = boot.init == InitSystem::logon ? "at your logon " : "at boot ";
  return print(*done ? when + to_string(boot.init) + " runs `forever resurrect`: " + printable(where(boot)) +
                           "; `forever save` saves the apps to be started then\n"
                     : "startup is already set up: " + printable(where(boot)) + "\n");
}

int Unstartup::carry_out() const {
  const auto made = boot_for(*this);
  if (const auto* failure = std::get_if<Failure>(&made)) return fail(*failure, false);
  const Boot& boot = std::get<Boot>(made);
  const auto done = take_down(boot, dry_run);
  if (!done) return fail({ExitCode::failed, done.error().message()}, false);
  if (*done && dry_run) return print("would be removed: " + printable(where(boot)) + "\n");
  return print(*done ? "removed: " + printable(where(boot)) + "; running apps are not stopped\n"
                     : "startup was not set up in " + printable(where(boot)) + "\n");
}

}  // namespace forever::cli
