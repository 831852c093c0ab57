#include "cli/grammar/make_invocation.hpp"

#include <charconv>

#include "cli/apps_file/apps_file.hpp"
#include "cli/grammar/help.hpp"
#include "cli/list/list_table.hpp"
#include "platform/signals.hpp"

namespace forever::cli {
namespace {

Made missing(std::string_view verb, std::string_view what) {
  std::string message{verb};
  message.append(" needs ").append(what).append("; see `forever ").append(verb).append(" --help`");
  return UsageError{std::move(message)};
}

// After `--` an operand stays an operand, whatever it begins with.
void join(Operands& operands) {
  operands.words.insert(operands.words.end(), operands.after_dashes.begin(), operands.after_dashes.end());
}

// The first word is the program, wherever it stands; what follows it, on either side of the `--`, is the program's.
bool take_program(AppRequest& app, Operands& operands) {
  const bool before = !operands.words.empty();
  join(operands);
  if (operands.words.empty()) return false;
  app.program = std::move(operands.words.front());
  app.arguments.assign(std::make_move_iterator(operands.words.begin() + 1),
                       std::make_move_iterator(operands.words.end()));
  app.has_arguments = !app.arguments.empty() || (before && operands.dashes);
  return true;
}

SelectorOptions take_which(Draft& draft, Operands& operands) {
  join(operands);
  draft.which.selectors = std::move(operands.words);
  return std::move(draft.which);
}

std::optional<UsageError> two_looks(const GivenSettings& settings) {
  const auto command = settings.values("health-cmd");
  if (!settings.has("health-port") || command.empty() || command.back().empty()) return std::nullopt;
  return UsageError{"--health-cmd and --health-port exclude each other; a command can look at ports, too"};
}

// `start apps.json --env production`, as in PM2; anything else needs an assignment.
std::optional<UsageError> take_bare_environment(Draft& draft) {
  if (draft.bare_environment.empty()) return std::nullopt;
  if (!names_apps_file(draft.app.program))
    return UsageError{"--env '" + draft.bare_environment + "' is not an assignment; write NAME=VALUE"};
  draft.which.environment_name = std::move(draft.bare_environment);
  return std::nullopt;
}

// sh -c 'COMMAND "$@"' sh PROGRAM ARGUMENT...: nothing has to be quoted.
void wrap_in_shell(AppRequest& app, const std::string& command, bool has_program) {
  std::vector<std::string> arguments{"-c", command + (has_program ? " \"$@\"" : ""), "sh"};
  if (has_program) arguments.push_back(std::move(app.program));
  arguments.insert(arguments.end(), std::make_move_iterator(app.arguments.begin()),
                   std::make_move_iterator(app.arguments.end()));
  app.program = "/bin/sh";
  app.arguments = std::move(arguments);
}

Made make_run_as(std::string_view verb, Draft& draft, Operands& operands) {
  AppRequest& app = draft.app;
  const bool has_program = take_program(app, operands);
  if (has_program && app.program.empty()) return UsageError{"the program's name is empty"};
  if (auto error = take_bare_environment(draft)) return *error;
  if (auto error = two_looks(app.settings)) return *error;
  if (!draft.shell_command.empty()) {
    wrap_in_shell(app, draft.shell_command, has_program);
  } else if (!has_program) {
    return missing(verb, "a program");
  }
  return Run{std::move(app), std::move(draft.shell_command)};
}

template <class Kind>
Made make_for_all(Draft& draft, Operands& operands, std::string_view all_verb, std::string_view verb) {
  join(operands);
  if (!operands.words.empty()) {
    std::string message{all_verb};
    message.append(" is for all apps; for some of them: forever ")
        .append(verb)
        .append(" ")
        .append(operands.words.front());
    return UsageError{std::move(message)};
  }
  Kind kind;
  kind.which = std::move(draft.which);
  kind.which.selectors = {"all"};
  return Invocation{std::move(kind)};
}

// A verb that takes no operands.
std::optional<UsageError> no_operands(Operands& operands, std::string_view verb) {
  join(operands);
  if (operands.words.empty()) return std::nullopt;
  return UsageError{std::string{verb} + " takes no operands; '" + operands.words.front() + "' is one"};
}

// "8081", "8081/tcp", "53/udp"
std::optional<PortWanted> port_from(std::string_view word) {
  PortWanted wanted;
  const std::size_t slash = word.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view transport = word.substr(slash + 1);
    if (transport != "tcp" && transport != "udp") return std::nullopt;
    wanted.transport = transport == "tcp" ? Transport::tcp : Transport::udp;
    word = word.substr(0, slash);
  }
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), wanted.port);
  if (error != std::errc{} || end != word.data() + word.size() || wanted.port == 0) return std::nullopt;
  return wanted;
}

}  // namespace

Made make_start(Draft& draft, Operands& operands) {
  if (!take_program(draft.app, operands)) return missing("start", "a program, or the name of a stopped app");
  if (draft.app.program.empty()) return UsageError{"the program's name is empty"};
  if (auto error = take_bare_environment(draft)) return *error;
  if (auto error = two_looks(draft.app.settings)) return *error;
  return Start{std::move(draft.app),
               std::move(draft.which.only),
               std::move(draft.which.environment_name),
               draft.wait,
               draft.wait_time,
               draft.which.json,
               draft.which.quiet};
}

Made make_run(Draft& draft, Operands& operands) { return make_run_as("run", draft, operands); }
Made make_dev(Draft& draft, Operands& operands) {
  (void)draft.app.settings.add(*find_setting("watch"), {});
  return make_run_as("dev", draft, operands);
}

Made make_list(Draft& draft, Operands& operands) {
  join(operands);
  draft.list.selectors = std::move(operands.words);
  draft.list.json = draft.which.json;
  draft.list.quiet = draft.which.quiet;
  return draft.list;
}

Made make_save(Draft& draft, Operands& operands) {
  if (auto error = no_operands(operands, "save")) return *error;
  return Save{draft.which.quiet};
}
Made make_resurrect(Draft& draft, Operands& operands) {
  if (auto error = no_operands(operands, "resurrect")) return *error;
  return Resurrect{std::move(draft.which)};
}
Made make_startup(Draft& draft, Operands& operands) {
  if (auto error = no_operands(operands, "startup")) return *error;
  draft.startup.dry_run = draft.dry_run;
  return std::move(draft.startup);
}
Made make_unstartup(Draft& draft, Operands& operands) {
  if (auto error = no_operands(operands, "unstartup")) return *error;
  return Unstartup{std::move(draft.startup.init), std::move(draft.startup.user), draft.dry_run};
}
Made make_env(Draft& draft, Operands& operands) {
  Env env{take_which(draft, operands), draft.reveal};
  if (env.which.selectors.empty()) return missing("env", "the name of an app");
  return env;
}
Made make_reset(Draft& draft, Operands& operands) {
  Reset reset{take_which(draft, operands)};
  if (reset.which.selectors.empty()) return missing("reset", "the name of an app, or `all`");
  return reset;
}
Made make_cleanlogs(Draft& draft, Operands& operands) {
  if (auto error = no_operands(operands, "cleanlogs")) return *error;
  return CleanLogs{draft.dry_run, draft.which.quiet};
}

Made make_export(Draft& draft, Operands& operands) {
  Export made{ExportForm::systemd, take_which(draft, operands), std::move(draft.directory)};
  auto& words = made.which.selectors;
  if (words.empty()) return missing("export", "a form: systemd, compose, kubernetes or nomad");
  const auto form = from_word<ExportForm>(words.front());
  if (!form) return UsageError{"'" + words.front() + "' is none of " + list_of_words<ExportForm>()};
  made.form = *form;
  words.erase(words.begin());
  return made;
}

Made make_stop(Draft& draft, Operands& operands) {
  Stop stop{.which = take_which(draft, operands), .force = draft.force};
  if (stop.which.selectors.empty()) return missing("stop", "the name of an app, its id, its pid, or `all`");
  return stop;
}
Made make_stopall(Draft& draft, Operands& operands) {
  Made made = make_for_all<Stop>(draft, operands, "stopall", "stop");
  if (auto* invocation = std::get_if<Invocation>(&made)) {
    std::get<Stop>(*invocation).force = draft.force;
    std::get<Stop>(*invocation).until_resurrect = draft.until_resurrect;
  }
  return made;
}
Made make_restart(Draft& draft, Operands& operands) {
  Restart restart{.which = take_which(draft, operands), .update_env = draft.update_env};
  if (restart.which.selectors.empty()) return missing("restart", "the name of an app, its id, its pid, or `all`");
  return restart;
}
Made make_restartall(Draft& draft, Operands& operands) {
  Made made = make_for_all<Restart>(draft, operands, "restartall", "restart");
  if (auto* invocation = std::get_if<Invocation>(&made)) std::get<Restart>(*invocation).update_env = draft.update_env;
  return made;
}
Made make_delete(Draft& draft, Operands& operands) {
  Delete remove{.which = take_which(draft, operands), .keep_logs = draft.keep_logs};
  if (remove.which.selectors.empty()) return missing("delete", "the name of an app, its id, its pid, or `all`");
  return remove;
}
Made make_describe(Draft& draft, Operands& operands) {
  Describe describe{take_which(draft, operands), draft.reveal};
  if (describe.which.selectors.empty()) return missing("describe", "the name of an app");
  return describe;
}

Made make_logs(Draft& draft, Operands& operands) {
  if (draft.logs.only_out && draft.logs.only_err)
    return UsageError{"--out and --err exclude each other; without either both are shown"};
  if (draft.logs.raw && draft.which.json) return UsageError{"--raw and --json exclude each other"};
  draft.logs.which = take_which(draft, operands);
  return std::move(draft.logs);
}
Made make_flush(Draft& draft, Operands& operands) {
  Flush flush{take_which(draft, operands)};
  if (flush.which.selectors.empty()) return missing("flush", "the name of an app, or `all`");
  return flush;
}
Made make_reopen(Draft& draft, Operands& operands) { return Reopen{take_which(draft, operands)}; }
Made make_pid(Draft& draft, Operands& operands) { return Pids{take_which(draft, operands)}; }

Made make_signal(Draft& draft, Operands& operands) {
  Signal signal{take_which(draft, operands), 0};
  auto& words = signal.which.selectors;
  if (words.size() < 2) return missing("signal", "a signal and the name of an app");
  const auto number = signal_from_name(words.front());
  if (!number)
    return UsageError{"'" + words.front() + "' is not a signal; the signal comes first: forever signal HUP web"};
  signal.signal = *number;
  words.erase(words.begin());
  return signal;
}

Made make_port(Draft& draft, Operands& operands) {
  join(operands);
  Port port{{}, {}, draft.kill, draft.signal};
  for (const std::string& word : operands.words) {
    const auto wanted = port_from(word);
    if (!wanted) {
      return UsageError{"'" + word + "' is " +
                        (draft.kill ? "neither a signal (TERM, INT, KILL or a number) nor" : "not") +
                        " a port; write 8081, 8081/tcp or 53/udp"};
    }
    port.ports.push_back(*wanted);
  }
  if (port.kill && port.ports.empty())
    return missing("port", "the port that is to be freed, before --kill: forever port 8081 --kill");
  port.which = std::move(draft.which);
  return port;
}
Made make_doctor(Draft& draft, Operands& operands) {
  join(operands);
  if (!operands.words.empty())
    return UsageError{"doctor takes no operands; `forever describe " + operands.words.front() + "` shows one app"};
  return Doctor{std::move(draft.which)};
}
Made make_metrics(Draft& draft, Operands& operands) {
  return Metrics{take_which(draft, operands), draft.metrics_format};
}
Made make_monit(Draft&, Operands& operands) {
  join(operands);
  if (!operands.words.empty()) return UsageError{"monit takes no operands; / in it filters"};
  return MonitVerb{};
}
Made make_find(Draft& draft, Operands& operands) {
  Find find{take_which(draft, operands), draft.kill, draft.signal};
  if (find.which.selectors.empty()) return missing("find", "the name of a program, such as node");
  for (const std::string& name : find.which.selectors) {
    if (name.empty()) return UsageError{"the program's name is empty"};
  }
  return find;
}

Made make_apply(Draft& draft, Operands& operands) {
  join(operands);
  if (operands.words.size() != 1) return missing("apply", "one apps file");
  draft.apply.file = std::move(operands.words.front());
  draft.apply.only = std::move(draft.which.only);
  draft.apply.environment_name = std::move(draft.which.environment_name);
  draft.apply.json = draft.which.json;
  draft.apply.quiet = draft.which.quiet;
  return std::move(draft.apply);
}
Made make_init(Draft&, Operands& operands) {
  join(operands);
  if (operands.words.size() > 1) return UsageError{"init takes one file; without one it writes apps.json"};
  Init init;
  if (!operands.words.empty()) init.file = std::move(operands.words.front());
  return init;
}

Made make_reload(Draft& draft, Operands& operands) {
  Reload reload{take_which(draft, operands), draft.ready_timeout, draft.drain_timeout};
  if (reload.which.selectors.empty()) return missing("reload", "the name of an app, its id, or `all`");
  return reload;
}

Made make_upgrade(Draft& draft, Operands& operands) {
  return Upgrade{take_which(draft, operands), std::move(draft.binary)};
}

Made make_scale(Draft& draft, Operands& operands) {
  Scale scale{take_which(draft, operands), 0, false};
  auto& words = scale.which.selectors;
  if (words.size() < 2) return missing("scale", "the name of an app and a number: forever scale web 4");
  const auto count = scale_count(words.back());
  if (!count) {
    return UsageError{"'" + words.back() +
                      "' is not a number of instances; the number comes last, as 4, +1 or -1: forever scale " +
                      words.front() + " 4"};
  }
  scale.count = count->count;
  scale.relative = count->relative;
  words.pop_back();
  return scale;
}

Made make_send(Draft& draft, Operands& operands) {
  Send send{take_which(draft, operands), {}};
  auto& words = send.which.selectors;
  if (words.size() < 2) return missing("send", "the name of an app and a line");
  for (std::size_t i = 1; i < words.size(); ++i) send.line += (i == 1 ? "" : " ") + words[i];
  words.resize(1);
  return send;
}

Made make_columns(Draft&, Operands& operands) {
  join(operands);
  auto& words = operands.words;
  if (words.empty()) return Columns{};
  Columns columns;
  if (words.front() == "reset" && words.size() == 1) {
    columns.change = Columns::Change::reset;
    return columns;
  }
  const std::string what = words.front();
  columns.change = what == "add"                      ? Columns::Change::add
                   : what == "rm" || what == "remove" ? Columns::Change::remove
                   : what == "set"                    ? Columns::Change::set
                                                      : Columns::Change::show;
  words.erase(words.begin());
  if (columns.change == Columns::Change::show || words.empty())
    return UsageError{"columns takes add, rm or set and names of columns, or reset: forever columns add command"};
  for (const std::string& word : words) {
    const auto column = column_named(word);
    if (!column) return UsageError{unknown_column(word)};
    columns.columns.emplace_back(*column);
  }
  return columns;
}

Made make_watch(Draft& draft, Operands& operands) {
  Watch watch{take_which(draft, operands), true};
  auto& words = watch.which.selectors;
  if (words.size() < 2 || (words.back() != "on" && words.back() != "off"))
    return missing("watch", "the name of an app and, last, on or off");
  watch.on = words.back() == "on";
  words.pop_back();
  return watch;
}

Made make_completion(Draft&, Operands& operands) {
  join(operands);
  if (operands.words.size() != 1) return missing("completion", "one shell: bash, zsh or fish");
  const std::string& shell = operands.words.front();
  if (shell != "bash" && shell != "zsh" && shell != "fish")
    return UsageError{"no completion for '" + shell + "'; there is bash, zsh and fish"};
  return Completion{shell};
}

Made make_help(Draft&, Operands& operands) {
  join(operands);
  if (operands.words.empty()) return Show{help_for_all()};
  if (const Verb* verb = find_verb(operands.words.front())) return Show{help_for(*verb)};
  return unknown_verb(operands.words.front());
}

}  // namespace forever::cli
