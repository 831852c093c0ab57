#include "cli/faces/pm2.hpp"

#include <algorithm>
#include <array>

#include "app/name.hpp"
#include "cli/apps_file/apps_file.hpp"
#include "cli/faces/foreign_options.hpp"
#include "text/printable.hpp"
#include "text/split.hpp"

namespace forever::cli {
namespace {

// What each of PM2's options is here; https://pm2.keymetrics.io/docs/usage/application-declaration has their meaning.
constexpr ForeignOption kPm2Options[] = {
    {"-n --name", Put::value, "--name"},
    {"--namespace", Put::value, "--namespace"},
    {"-i --instances", Put::value, "--instances"},
    {"--interpreter", Put::mark_value},
    {"--interpreter-args --node-args", Put::mark_value},
    {"-o --output --out", Put::value, "--out"},
    {"-e --error --err", Put::value, "--err"},
    {"-l --log", Put::mark_value},
    {"--merge-logs", Put::nothing},  // several instances write to one file
    {"--log-type", Put::value, "--log-format"},
    {"--time", Put::flag, "--log-time"},
    {"--log-date-format", Put::mark_value},
    {"--env", Put::value, "--env-name"},
    {"--only", Put::value, "--only"},
    {"-a --update-env", Put::mark},
    {"-f --force", Put::mark},
    {"-k --kill-timeout", Put::milliseconds, "--kill-timeout"},
    {"--listen-timeout", Put::milliseconds, "--ready-timeout"},
    {"--max-memory-restart", Put::value, "--max-memory"},
    {"--restart-delay", Put::milliseconds, "--restart-delay"},
    {"--exp-backoff-restart-delay", Put::milliseconds, "--backoff-first"},
    {"--max-restarts", Put::value, "--max-restarts"},
    {"--stop-exit-codes", Put::all, "--stop-exit-codes"},
    {"--no-autorestart", Put::flag, "--restart=never"},
    {"-c --cron --cron-restart", Put::value, "--cron-restart"},
    {"-u --user --uid", Put::value, "--user"},
    {"--gid", Put::value, "--group"},
    {"--cwd", Put::value, "--cwd"},
    {"--watch", Put::path_if_there, "--watch"},
    {"--ignore-watch", Put::each, "--ignore"},
    {"--watch-delay", Put::seconds, "--watch-delay"},
    {"--ext", Put::value, "--ext"},
    {"--no-treekill", Put::flag, "--kill-mode=process"},
    {"--no-daemon", Put::mark},
    {"-s --silent", Put::flag, "--quiet"},
    {"--disable-logs", Put::missing, "give --output=/dev/null"},
    {"--wait-ready", Put::missing, "an app is ready when it listens, or by sd_notify (--ready in forever(1))"},
    {"--shutdown-with-message", Put::missing, "an app is asked to end by a signal"},
    {"-p --pid", Put::missing_value, "`pm2 pid APP` prints the pid"},
    {"--filter-env", Put::missing_value, "`env` of an apps file says what an app gets"},
    {"--hp", Put::missing_value, "FOREVER_HOME names the directory of the state"},
    {"--parallel --wait-ip", Put::nothing_value},
    {"-x --execute-command", Put::nothing},
    {"-w --write", Put::nothing},
    {"--attach", Put::mark},
    {"--no-color", Put::nothing},
    {"--no-vizion", Put::nothing},
    {"--no-pmx", Put::nothing},
    {"--no-automation", Put::nothing},
    {"--source-map-support", Put::nothing},
    {"--disable-source-map-support", Put::nothing},
    {"--trace", Put::nothing},
    {"--disable-trace", Put::nothing},
    {"--deep-monitoring", Put::nothing},
    {"--event-loop-inspector", Put::nothing},
    {"--v8", Put::nothing},
    {"--container", Put::nothing},
    {"--raw", Put::nothing},
    {"--service-name", Put::nothing_value},
    {"-m --mini-list", Put::nothing},
    {"--sort", Put::mark_value},
    {"--no-interaction", Put::nothing},
};

constexpr ForeignOption kLogOptions[] = {
    {"--lines", Put::value, "--lines"},
    {"--nostream", Put::mark},
    {"--raw", Put::flag, "--raw"},
    {"--json", Put::flag, "--json"},
    {"--err", Put::flag, "--err"},
    {"--out", Put::flag, "--out"},
    {"--timestamp", Put::missing, "start the app with --time"},
    {"--format", Put::missing, "--json prints an object for each line"},
    {"--highlight", Put::nothing_value},
    {"--exclude", Put::missing_value, "name the apps that are meant"},
    {"-s --silent", Put::nothing},
};

// What a verb comes to where that is one command of ours with the same operands.
struct SameVerb {
  std::string_view theirs;  // separated by blanks
  std::string_view ours;
  std::string_view none = {};  // the operand where there is none; empty: as it is
};
constexpr SameVerb kSame[] = {
    {"list ls l ps status", "list"},
    {"describe show info desc", "describe"},
    {"stop", "stop"},
    {"delete del", "delete"},
    {"reset", "reset"},
    {"flush", "flush", "all"},
    {"pid", "pid", "all"},
    {"env", "env"},
    {"monit imonit dash dashboard monitoring", "monit"},
    {"save dump", "save"},
    {"resurrect", "resurrect"},
    {"unstartup", "unstartup"},
    {"scale", "scale"},
    {"sendSignal", "signal"},
    {"reloadLogs", "reopen"},
    {"send sendLineToStdin", "send"},
    {"init ecosystem", "init"},
    {"update updatePM2", "upgrade"},
};

// What PM2 has and forever does otherwise or not at all: told in a line.
struct Elsewhere {
  std::string_view theirs;
  std::string_view instead;
};
constexpr Elsewhere kElsewhere[] = {
    {"deploy", "a deploy is `git pull && pm2 reload APP` in a script of yours"},
    {"install module:install uninstall module:uninstall module:update module:generate publish module:publish package",
     "there are no modules; log rotation is built in (--log-max-size in forever(1))"},
    {"plus link unlink register login logout open monitor unmonitor web",
     "`forever metrics` is for Prometheus, `forever monit` for people"},
    {"set get multiset unset config conf set:module", "there is no configuration; options belong to an app"},
    {"trigger", "`pm2 sendSignal` and `pm2 send` reach a program"},
    {"report", "`forever doctor` says what is wrong on this machine"},
    {"serve", "`pm2 start \"python3 -m http.server\"` serves a directory"},
    {"pull forward backward", "use git, then `pm2 reload`"},
    {"profile:cpu profile:mem profile:heap inspect", "start the program with its own profiler: --node-args=--inspect"},
    {"autoinstall slist sysmonit", "`forever list --json` and `forever metrics` say what there is to say"},
    {"cleardump", "`pm2 delete all && pm2 save` empties the list"},
};

bool among(std::string_view words, std::string_view word) {
  const auto all = split_words(words, ' ');
  return std::find(all.begin(), all.end(), word) != all.end();
}

UsageError unknown_verb(const std::string& verb) {
  std::vector<std::string_view> known{"start", "restart", "reload", "logs", "jlist", "prettylist", "startup", "kill"};
  for (const SameVerb& same : kSame) {
    for (const std::string_view one : split_words(same.theirs, ' ')) known.push_back(one);
  }
  std::string message = "pm2 has no command '" + printable(verb) + "'";
  if (const auto near = nearest(verb, known)) message += "; did you mean '" + std::string{*near} + "'?";
  return {message};
}

std::vector<std::string> command(std::string_view verb, const std::vector<std::string>& operands,
                                 const std::vector<std::string>& options = {}) {
  std::vector<std::string> words{std::string{verb}};
  words.insert(words.end(), operands.begin(), operands.end());
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

// Those of `options` that a verb on apps on record, or on an apps file, takes.
std::vector<std::string> shared_options(const ReadOptions& read) {
  std::vector<std::string> kept;
  for (const std::string& option : read.ours) {
    if (option.starts_with("--only") || option.starts_with("--env-name") || option == "--quiet") kept.push_back(option);
  }
  return kept;
}

// PM2's defaults: INT first, KILL after 1.6 s; and the options that are two of ours, or depend on each other.
std::vector<std::string> start_options(const ReadOptions& read) {
  std::vector<std::string> options = read.ours;
  std::string interpreter = read.mark("--interpreter");
  if (const std::string arguments = read.mark("--node-args"); !arguments.empty())
    interpreter = (interpreter.empty() ? "node" : interpreter) + " " + arguments;
  if (!interpreter.empty()) options.push_back("--interpreter=" + interpreter);
  if (const std::string log = read.mark("--log"); !log.empty()) {
    options.push_back("--out=" + log);
    options.emplace_back("--merge-logs");
  }
  if (read.marked("--log-date-format")) options.emplace_back("--log-time");
  // With -i PM2 has its cluster mode, which holds the port of one instance as well.
  if (read.has("--instances")) options.emplace_back("--hold-ports");
  options.emplace_back("--kill-signal=INT");
  if (!read.has("--kill-timeout")) options.emplace_back("--kill-timeout=1600ms");
  return options;
}

// One operand of start: an apps file, an app on record, or a program.
std::optional<UsageError> start_one(const std::string& operand, const ReadOptions& read, const AskName& ask,
                                    Translation& into) {
  if (names_apps_file(operand)) {
    into.commands.push_back(command("restart", {operand}, shared_options(read)));
    return std::nullopt;
  }
  const Named named = ask(operand);
  if (operand == "all" || named == Named::running_app || named == Named::stopped_app) {
    into.commands.push_back(command("restart", {operand}));
    return std::nullopt;
  }
  std::string name;
  for (const std::string& option : read.ours) {
    if (option.starts_with("--name=")) name = option.substr(7);
  }
  const bool by_name = !name.empty();
  if (!by_name) name = default_name(operand);
  std::vector<std::string> options = start_options(read);
  if (ask(name) == Named::running_app) {
    if (!read.marked("--force"))
      return UsageError{name + " runs already; `pm2 restart " + name + "` restarts it, -f starts another one"};
    std::erase_if(options, [](const std::string& option) { return option.starts_with("--name="); });
  }
  std::vector<std::string> words = command("start", {operand}, options);
  if (read.dashes) {
    words.emplace_back("--");
    words.insert(words.end(), read.after_dashes.begin(), read.after_dashes.end());
  }
  into.commands.push_back(std::move(words));
  return std::nullopt;
}

// As PM2, `start` without a word means the ecosystem file here.
constexpr std::array<const char*, 4> kEcosystemFiles{"ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.json",
                                                     "process.json"};

std::variant<Translation, UsageError> start(const ReadOptions& read, const AskName& ask) {
  Translation translation{.remarks = read.remarks};
  std::vector<std::string> operands = read.words;
  if (operands.empty()) {
    const auto found = std::find_if(kEcosystemFiles.begin(), kEcosystemFiles.end(),
                                    [&](const char* name) { return ask(name) == Named::file; });
    if (found == kEcosystemFiles.end())
      return UsageError{"start needs a program, an app or an ecosystem file; there is no ecosystem.config.js here"};
    operands.emplace_back(*found);
  }
  for (const std::string& operand : operands) {
    if (auto error = start_one(operand, read, ask, translation)) return *error;
  }
  if (read.marked("--attach")) translation.commands.push_back({"logs", "--follow"});
  return translation;
}

// restart, reload and their like. An app at rest is started, as under PM2.
std::variant<Translation, UsageError> again(std::string_view ours, const ReadOptions& read, const AskName& ask) {
  if (read.words.empty()) return UsageError{std::string{ours} + " needs an app, `all` or an ecosystem file"};
  Translation translation{.remarks = read.remarks};
  for (const std::string& operand : read.words) {
    const bool at_rest = !names_apps_file(operand) && ask(operand) == Named::stopped_app;
    std::vector<std::string> options = shared_options(read);
    const std::string verb{at_rest ? "restart" : ours};
    if (read.marked("--update-env") && verb == "restart" && !names_apps_file(operand))
      options.emplace_back("--update-env");
    translation.commands.push_back(command(verb, {operand}, options));
  }
  return translation;
}

std::variant<Translation, UsageError> logs(const std::vector<std::string>& words) {
  auto options = read_foreign(kLogOptions, words, [](const std::string&) { return false; });
  if (auto* error = std::get_if<UsageError>(&options)) return std::move(*error);
  const ReadOptions& read = std::get<ReadOptions>(options);
  std::vector<std::string> ours = read.ours;
  if (!read.has("--lines")) ours.emplace_back("--lines=15");
  if (!read.marked("--nostream")) ours.emplace_back("--follow");
  return Translation{.commands = {command("logs", read.words, ours)}, .remarks = read.remarks};
}

std::variant<Translation, UsageError> same(const SameVerb& verb, ReadOptions read) {
  Translation translation{.remarks = std::move(read.remarks)};
  if (read.words.empty() && !verb.none.empty()) read.words.emplace_back(verb.none);
  std::vector<std::string> options = shared_options(read);
  if (verb.ours == "list") {
    const std::string sort = read.mark("--sort");
    if (!sort.empty()) options.push_back("--sort=" + sort.substr(0, sort.find(':')));
  }
  // Behind `--` a number that is taken away stays an operand.
  if (verb.ours == "scale") {
    translation.commands.push_back(command(verb.ours, read.words));
    return translation;
  }
  translation.commands.push_back(command(verb.ours, read.words, options));
  return translation;
}

}  // namespace

std::variant<Translation, UsageError> from_pm2(const std::vector<std::string>& words, const AskName& ask) {
  using Query = Translation::Query;
  if (words.empty()) return Translation{.commands = {{"help"}}};
  const std::string& verb = words.front();
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (verb == "-v" || verb == "--version" || verb == "-V") return Translation{.commands = {{"--version"}}};
  if (verb == "-h" || verb == "--help" || verb == "help") return Translation{.commands = {{"help"}}};
  if (verb == "logs" || verb == "log") return logs(rest);
  for (const Elsewhere& one : kElsewhere) {
    if (among(one.theirs, verb)) return UsageError{verb + " is not there: " + std::string{one.instead}};
  }
  auto options = read_foreign(kPm2Options, rest, [&](const std::string& word) { return ask(word) == Named::file; });
  if (auto* error = std::get_if<UsageError>(&options)) return std::move(*error);
  ReadOptions& read = std::get<ReadOptions>(options);
  if (verb == "start") return read.marked("--no-daemon") ? from_pm2_runtime(rest, ask) : start(read, ask);
  if (verb == "restart" || verb == "startOrRestart") return again("restart", read, ask);
  if (verb == "reload" || verb == "gracefulReload" || verb == "startOrReload" || verb == "startOrGracefulReload")
    return again("reload", read, ask);
  if (verb == "jlist") return Translation{.remarks = read.remarks, .query = Query::list_json};
  if (verb == "prettylist") return Translation{.remarks = read.remarks, .query = Query::list_pretty};
  if (verb == "id") {
    if (read.words.size() != 1) return UsageError{"id needs the name of an app"};
    return Translation{.query = Query::ids, .selector = read.words.front()};
  }
  if (verb == "ping") return Translation{.answer = "{ msg: 'pong' }\n"};
  if (verb == "kill" || verb == "killall") return Translation{.commands = {{"delete", "all"}}};
  if (verb == "startup") return Translation{.commands = {{"startup"}}};
  if (verb == "attach") return Translation{.commands = {command("logs", read.words, {"--follow"})}};
  for (const SameVerb& one : kSame) {
    if (among(one.theirs, verb)) return same(one, std::move(read));
  }
  return unknown_verb(verb);
}

std::variant<Translation, UsageError> from_pm2_runtime(const std::vector<std::string>& words, const AskName& ask) {
  auto options = read_foreign(kPm2Options, words, [&](const std::string& word) { return ask(word) == Named::file; });
  if (auto* error = std::get_if<UsageError>(&options)) return std::move(*error);
  ReadOptions& read = std::get<ReadOptions>(options);
  if (!read.words.empty() && read.words.front() == "start") read.words.erase(read.words.begin());
  if (read.words.size() != 1) return UsageError{"pm2-runtime needs one program"};
  if (names_apps_file(read.words.front()))
    return UsageError{"pm2-runtime runs one program here, not a file of several: " + printable(read.words.front())};
  std::vector<std::string> ours = start_options(read);
  if (!read.has("--restart")) ours.emplace_back("--restart=always");
  std::vector<std::string> run = command("run", read.words, ours);
  if (read.dashes) {
    run.emplace_back("--");
    run.insert(run.end(), read.after_dashes.begin(), read.after_dashes.end());
  }
  return Translation{.commands = {std::move(run)}, .remarks = read.remarks};
}

}  // namespace forever::cli
