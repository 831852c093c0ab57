// The verbs: what each says in the help, which options it has, and what makes its Invocation.
#include "cli/grammar/verbs.hpp"

#include <algorithm>

#include "cli/grammar/make_invocation.hpp"

namespace forever::cli {
namespace {

constexpr std::string_view kSelectorText =
    "APP is the name of an app, its id, the pid of one of its processes, a namespace, or `all`; "
    "name:web, id:0, pid:4711 and ns:prod say exactly which is meant. A word that can be read in two ways is refused.";

// Families in the order of the help.
constexpr std::string_view kRunning = "Keep a program alive", kLooking = "Look", kEnding = "Stop and start again",
                           kLogging = "Logs", kBoot = "After a reboot", kMore = "More";

constexpr Verb kVerbs[] = {
    {"start", "", kRunning, "PROGRAM [OPTION]... [-- ARGUMENT...]", "start a program and keep it alive",
     "Starts PROGRAM in the background and keeps it alive: it is started again whenever it ends, until it is stopped.\n"
     "Options may stand before or after PROGRAM. What follows the first -- belongs to the program, byte for byte; "
     "words that are no "
     "options do so too.\n"
     "PROGRAM may also be the name or id of a stopped app: it is started as it was, with the options given now on top. "
     "Starting what runs already changes nothing and is no failure.\n"
     "PROGRAM may also be an apps file (.json, .yaml, .config.js, or - for standard input), which says all of this for "
     "many "
     "apps; PM2's and forever's own files are understood. See APPS FILE in forever(1).",
     "forever start server.js\tkeep server.js alive, by node\n"
     "forever start ./server --name web -- --port 8081\toptions for the program stand after --\n"
     "forever start --cwd /srv/app -e PORT=8081 app.py\n"
     "forever start job.sh --restart on-failure\tuntil it ends well\n"
     "forever start web --wait\ta stopped app; says when it is ready\n"
     "forever start apps.json --only web,worker\ttwo apps of a file",
     kStartGroups, OperandKind::program, make_start},
    {"run", "", kRunning, "PROGRAM [OPTION]... [-- ARGUMENT...]", "the same in the foreground; fit for containers",
     "Keeps PROGRAM alive in the foreground, with this terminal's input and output, and nothing on record. Signals are "
     "passed on to it; "
     "when it is over, its exit code is ours. As process 1 of a container it also reaps what others leave behind.",
     "forever run ./server\n"
     "forever run --watch=src --ext js,json server.js\n"
     "forever run --restart never -- ./job --once\tone run, and its exit code",
     kRunGroups, OperandKind::program, make_run},
    {"dev", "", kRunning, "PROGRAM [OPTION]... [-- ARGUMENT...]", "the same, restarted when its files change",
     "For development, the same as `forever run --watch`: runs PROGRAM in this terminal, and anew whenever a file in "
     "this folder changes. When it ends it waits for the next change; rs and Enter restart it at once; Ctrl-C ends it "
     "all. PROGRAM has the terminal: it is given what is typed as soon as it reads.",
     "forever dev server.js\n"
     "forever dev --ext py --ignore data/ app.py\n"
     "forever dev --exec \"make && ./server\"\ta shell's command line",
     kRunGroups, OperandKind::program, make_dev},

    {"apply", "", kRunning, "FILE [OPTION]...", "make what runs what an apps file says",
     "Compares FILE with what is on record: starts what is new or does not run, restarts what has changed and nothing "
     "else, stops and forgets what came from this file and is gone from it (its logs stay). The plan is printed "
     "first.\n"
     "FILE is an apps file as for `forever start`.",
     "forever apply apps.json --dry-run\twhat would be done\n"
     "forever apply apps.json",
     kApplyGroups, OperandKind::file, make_apply},
    {"init", "", kRunning, "[FILE]", "write a commented apps file to begin with",
     "Writes apps.json, or FILE, unless there is such a file already.", "forever init", kNoGroups, OperandKind::file,
     make_init},

    {"list", "ls ps status", kLooking, "[APP]... [OPTION]...", "what is kept alive, and how it is",
     "Shows every app, or those named: its state, pids, restarts, uptime, and the CPU and memory of its whole process "
     "tree. An app "
     "that lost its supervisor "
     "gets a new one on the way.",
     "forever list\n"
     "forever list --sort memory --watch\tanew every 2 seconds\n"
     "forever list --json\tfor programs",
     kListGroups, OperandKind::app, make_list},
    {"columns", "", kLooking, "[add|rm|set COLUMN...] | [reset]", "which columns list shows",
     "Without operands: those that are shown, and the others that there are. The choice is kept in columns.json in the "
     "state directory.",
     "forever columns add command\n"
     "forever columns set id name status uptime memory",
     kNoGroups, OperandKind::none, make_columns},
    {"describe", "info show", kLooking, "APP... [OPTION]...", "everything about one app", kSelectorText,
     "forever describe web\n"
     "forever describe web --reveal\twith the secrets in its environment",
     kDescribeGroups, OperandKind::app, make_describe},
    {"pid", "", kLooking, "[APP]... [OPTION]...", "the process ids of an app, one on each line", kSelectorText,
     "kill -USR1 $(forever pid web)\n", kPidGroups, OperandKind::app, make_pid},
    {"monit", "", kLooking, "", "a live view: CPU, memory and log; keys restart and stop",
     "Shows all apps, with the CPU and memory of the last minutes as graphs, and the log of the selected one below. In "
     "it, ? "
     "shows the keys, q quits. It needs a terminal.",
     "forever monit", kNoGroups, OperandKind::none, make_monit},
    {"metrics", "", kLooking, "[APP]... [OPTION]...", "numbers for Prometheus, as OpenMetrics text",
     "Prints state, restarts, CPU, memory and lost log bytes of all apps, or of those named, and ends. A cron job can "
     "write it "
     "where node_exporter's textfile collector reads.",
     "forever metrics\n"
     "forever metrics --format text > new.prom && mv new.prom forever.prom",
     kMetricsGroups, OperandKind::app, make_metrics},
    {"port", "", kLooking, "[PORT[/tcp|/udp]]... [OPTION]...", "who holds a port; --kill frees it",
     "Shows which processes listen on PORT, and of which app they are. Without PORT: every port that somebody listens "
     "on. "
     "Exit code 1 if nobody does.\n"
     "With --kill the port is free when the command returns: an app of ours is stopped through its supervisor, so that "
     "it "
     "does not come back; another program gets a signal.",
     "forever port 8081\n"
     "forever port 8081 --kill\tfree it\n"
     "forever port 53/udp --kill KILL\tat once",
     kReachGroups, OperandKind::none, make_port},
    {"find", "", kLooking, "PROGRAM... [OPTION]...", "the processes of a program, ours or not",
     "Shows every process that runs PROGRAM: by the name of its file, the name that it was called by, or, with a / in "
     "it, "
     "its path. Exit code 1 if there is none.",
     "forever find node\n"
     "forever find node --kill\tend them all",
     kReachGroups, OperandKind::none, make_find},

    {"env", "", kLooking, "APP... [OPTION]...", "the environment that an app is started with",
     "One NAME=VALUE on each line. Values that look like secrets are masked, unless --reveal is given.",
     "forever env web", kDescribeGroups, OperandKind::app, make_env},

    {"stop", "", kEnding, "APP... [OPTION]...", "stop an app and all of its processes",
     "Asks the app to end (TERM, or its --kill-signal), and kills what is left after its --kill-timeout. Returns when "
     "all of its processes are "
     "gone and its ports are free. It stays on record: `forever start NAME` starts it again.\n"
     "APP is the name of an app, its id, the pid of one of its processes, a namespace, an apps file, or `all`; "
     "name:web, id:0, pid:4711 and ns:prod say exactly "
     "which is meant. A word that can be read in two ways is refused. The pid of one of several instances stops that "
     "one alone.",
     "forever stop web\n"
     "forever stop 0 3\tby id\n"
     "forever stop ns:prod\ta whole namespace\n"
     "forever stop apps.json\tthe apps of a file\n"
     "forever stop web --force\tno grace",
     kStopGroups, OperandKind::app, make_stop},
    {"stopall", "", kEnding, "[OPTION]...", "stop all apps, side by side",
     "Takes as long as the slowest app, not as long as all of them together.", "", kStopAllGroups, OperandKind::none,
     make_stopall},
    {"restart", "", kEnding, "APP... [OPTION]...", "stop an app and start it again",
     "Stops the app as `forever stop` does, then starts it; the old and the new one never overlap. An app that is "
     "stopped is started.\n"
     "It keeps the environment of its start, unless --update-env gives it the present one.\n"
     "The apps of an apps file are restarted with what the file says now; those that do not run are started.",
     "forever restart web\n"
     "forever restart web --update-env",
     kRestartGroups, OperandKind::app, make_restart},
    {"restartall", "", kEnding, "[OPTION]...", "restart all apps, side by side", "", "", kRestartGroups,
     OperandKind::none, make_restartall},
    {"delete", "del rm", kEnding, "APP... [OPTION]...", "stop an app and forget it",
     "Stops the app and removes its record and its logs from the state directory.",
     "forever delete web\nforever delete all --keep-logs", kDeleteGroups, OperandKind::app, make_delete},
    {"reload", "", kEnding, "APP... [OPTION]...", "replace an app's processes without losing a connection",
     "Starts a new process beside the old one, slot by slot. When the new one listens on all that the old one listens "
     "on, it gets all new connections; the old one is stopped once its connections have ended (--drain-timeout at the "
     "latest). A new one that ends, or is not ready within --ready-timeout, is stopped again: the old ones serve on, "
     "and the exit code is 1.\n"
     "It needs an app with several instances (-i), --hold-ports or --listen. Without these an app is restarted, "
     "instance by instance.\n"
     "The apps of an apps file go on with what the file says now; those that do not run are started.",
     "forever reload web\n"
     "forever reload apps.json --only web",
     kReloadGroups, OperandKind::app, make_reload},
    {"scale", "", kEnding, "APP N|+K|-K [OPTION]...", "run more or fewer instances of an app",
     "Changes how many instances an app has, while it runs: to N, by K more, or by K fewer (one at least stays). The "
     "highest slots "
     "are the ones that are stopped. A stopped app has so many when it is started.",
     "forever scale web 4\n"
     "forever scale web +1",
     kAnswerGroups, OperandKind::app_then_count, make_scale},
    {"signal", "", kEnding, "SIGNAL APP... [OPTION]...", "send a signal to an app's processes",
     "Sends SIGNAL, by name or number, to the leading process of each instance.",
     "forever signal HUP web\tread the configuration anew", kAnswerGroups, OperandKind::signal_then_app, make_signal},

    {"send", "", kEnding, "APP LINE [OPTION]...", "write a line to an app's standard input",
     "Writes LINE and a line break to the standard input of each instance of an app that was started with --stdin. "
     "Several words are one line. What a program has not read when it ends is gone.",
     "forever start ./console --stdin\n"
     "forever send console reload configuration",
     kAnswerGroups, OperandKind::app, make_send},
    {"reset", "", kEnding, "APP... [OPTION]...", "set the counts of restarts and failures to zero", kSelectorText,
     "forever reset web", kAnswerGroups, OperandKind::app, make_reset},
    {"watch", "", kEnding, "APP... on|off [OPTION]...", "restart an app when its files change, or no longer",
     "Turns watching on or off while the app runs, which is not restarted by this. What is watched was said by its "
     "start (`forever start --help`, Restart on change); without that it is the folder that it runs in.",
     "forever watch web on\n"
     "forever watch web off\tbefore a deployment, say",
     kAnswerGroups, OperandKind::app, make_watch},

    {"logs", "log", kLogging, "[APP]... [OPTION]...", "what an app writes",
     "Without APP: all of them, each line with its name in front.",
     "forever logs web\tthe last lines\n"
     "forever logs -f\tall apps, as they write\n"
     "forever logs web --err -n 200",
     kLogsGroups, OperandKind::app, make_logs},
    {"flush", "", kLogging, "APP... [OPTION]...", "empty the logs of an app",
     "Empties its log files and removes the rotated ones.", "forever flush web", kAnswerGroups, OperandKind::app,
     make_flush},
    {"cleanlogs", "", kLogging, "[OPTION]...", "remove rotated logs, and those of deleted apps",
     "Removes from the state directory the rotated logs of all apps and every log of an app that is no longer on "
     "record. "
     "The present logs and those elsewhere are left alone.",
     "forever cleanlogs --dry-run", kCleanGroups, OperandKind::none, make_cleanlogs},
    {"reopen", "", kLogging, "[APP]... [OPTION]...", "open the log files anew (for logrotate)",
     "For an external logrotate that has moved the files away: they are created anew under their old names. Without "
     "APP: all apps.",
     "forever reopen", kAnswerGroups, OperandKind::app, make_reopen},

    {"save", "", kBoot, "[OPTION]...", "note which apps there are, for resurrect",
     "Writes all apps on record, their settings and whether they are online, to saved.json in the state directory. A "
     "list "
     "there that cannot be read is told and left alone.",
     "forever save", kQuietGroups, OperandKind::none, make_save},
    {"resurrect", "", kBoot, "[OPTION]...", "start what was online at the last save",
     "Brings back the apps of the last `forever save`: those that were online are started unless they run, the others "
     "are "
     "put on record. Without a saved list it starts what was online when the machine went down.",
     "forever resurrect", kAnswerGroups, OperandKind::none, make_resurrect},
    {"startup", "", kBoot, "[OPTION]...", "have the machine run resurrect at boot",
     "Writes what the init of this system needs to run `forever resurrect` at boot, and to stop all apps in good order "
     "at "
     "shutdown: a unit of systemd (of the user's own session, or of the machine for root), a service of OpenRC, an "
     "agent of "
     "launchd, or a line of crontab; on Windows a value of the user's Run key, which the logon runs. A second time it "
     "changes nothing.",
     "forever startup\n"
     "forever startup --dry-run\twhat would be written, and where\n"
     "sudo forever startup --user me\tfrom boot on, without a login",
     kStartupGroups, OperandKind::none, make_startup},
    {"unstartup", "", kBoot, "[OPTION]...", "undo startup", "Removes what startup has written. What runs goes on.",
     "forever unstartup", kUnstartupGroups, OperandKind::none, make_unstartup},

    {"export", "", kMore, "systemd|compose|kubernetes|nomad [APP|FILE]... [OPTION]...",
     "write the same apps for another supervisor",
     "Prints what moves apps to the init of a machine or to a cluster: their commands, environments, restarts, ways to "
     "be "
     "stopped, memory limits, ports (of PORT) and dependencies. What has no equal there is said in a comment that "
     "begins "
     "with \"lost:\". The environment is what an apps file gives; for an app started by hand, what differs from the "
     "environment here.\n"
     "Without APP all apps on record are exported; FILE is an apps file, whose apps need not be on record.",
     "forever export systemd web > /etc/systemd/system/web.service\n"
     "forever export kubernetes apps.json | kubectl apply -f -",
     kExportGroups, OperandKind::form_then_app, make_export},
    {"upgrade", "", kMore, "[APP]... [OPTION]...", "have running apps supervised by this version",
     "After a new forever was installed: the keepers and supervisors of running apps go on in the new binary, while "
     "the "
     "apps run on, with their pids, connections and logs. Without APP: all apps. The binary is tried first; one that "
     "does not run, or cannot be executed in their place, changes nothing.",
     "forever upgrade\n"
     "forever upgrade web --binary ./build/forever",
     kUpgradeGroups, OperandKind::app, make_upgrade},
    {"doctor", "", kMore, "[OPTION]...", "what on this machine endangers apps, with remedies",
     "Looks at logind's KillUserProcesses, the limits of inotify and of processes, seccomp, cgroups, the disk, and the "
     "apps on "
     "record, changes nothing, and says what is wrong and what to do. Exit code 1 if something is wrong.",
     "forever doctor", kPidGroups, OperandKind::none, make_doctor},
    {"completion", "", kMore, "bash|zsh|fish", "print a completion script for a shell",
     "Prints a script that completes verbs, options and the names of apps.",
     "eval \"$(forever completion bash)\"\tin ~/.bashrc\n"
     "forever completion fish > ~/.config/fish/completions/forever.fish",
     kNoGroups, OperandKind::shell, make_completion},
    {"help", "", kMore, "[VERB]", "this text, or all about one verb", "", "", kNoGroups, OperandKind::verb, make_help},
};

}  // namespace

std::span<const Verb> verbs() { return kVerbs; }

namespace {

// Looked at for each option of each word: not worth a vector of names.
bool is_named(const AnyOption& option, std::string_view name) {
  for (std::string_view names = option.text().names; !names.empty();) {
    const std::size_t end = std::min(names.find(','), names.size());
    if (names.substr(0, end) == name) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

}  // namespace

std::optional<AnyOption> find_option(const Verb& verb, std::string_view name) {
  std::optional<AnyOption> found;
  for (const OptionGroup& group : verb.groups) {
    for_each_option(group, [&](const AnyOption& option) {
      if (!found && is_named(option, name)) found = option;
    });
  }
  return found;
}

const Verb* find_verb(std::string_view word) {
  for (const Verb& verb : kVerbs) {
    if (verb.name == word) return &verb;
    for (const std::string_view alias : split_words(verb.aliases, ' ')) {
      if (alias == word) return &verb;
    }
  }
  return nullptr;
}

}  // namespace forever::cli
