// What was typed, as data: the result of parsing argv. A pure function; nothing is touched.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/grammar/app_request.hpp"
#include "cli/grammar/words.hpp"
#include "platform/ports.hpp"

namespace forever::cli {

struct SelectorOptions {
  std::vector<std::string> selectors;  // as typed; resolved by cli/apps/selector.hpp
  std::vector<std::string> only;       // of an apps file among them: these apps alone
  std::string environment_name;        // of an apps file: env_NAME lies over env
  bool json = false;
  bool quiet = false;
};

struct Start {
  AppRequest app;
  std::vector<std::string> only;  // of an apps file: the apps that are meant, by name or namespace
  std::string environment_name;   // of an apps file: env_NAME lies over env
  bool wait = false;
  std::optional<Milliseconds> wait_time;  // --wait SECONDS
  bool json = false, quiet = false;
};
struct Run {
  AppRequest app;
  std::string shell_command;  // --exec, of which the program is made; for the name
};
struct List {
  std::vector<std::string> selectors;  // none: all apps
  bool json = false, quiet = false, watch = false, expand = false;
  std::string sort = "id";
};
struct Stop {
  SelectorOptions which;
  bool force = false;
  bool until_resurrect = false;  // `resurrect` is to start them again
};
struct Restart {
  SelectorOptions which;
  bool update_env = false;
};
struct Delete {
  SelectorOptions which;
  bool keep_logs = false;
};
struct Describe {
  SelectorOptions which;
  bool reveal = false;
};
struct Logs {
  SelectorOptions which;
  std::size_t lines = 15;
  bool follow = false, only_out = false, only_err = false, raw = false;
};
struct Flush {
  SelectorOptions which;
};
struct Pids {
  SelectorOptions which;
};
struct Signal {
  SelectorOptions which;
  int signal = 15;
};
struct Reload {
  SelectorOptions which;
  std::optional<Milliseconds> ready_timeout, drain_timeout;  // for this once, instead of the app's
};
struct Upgrade {
  SelectorOptions which;  // none: all apps
  std::string binary;     // empty: this command's own
};
struct Send {
  SelectorOptions which;
  std::string line;
};
struct Columns {
  enum class Change : std::uint8_t { show, add, remove, set, reset };
  Change change = Change::show;
  std::vector<std::string> columns;
};
struct Scale {
  SelectorOptions which;
  int count = 0;
  bool relative = false;  // so many more or fewer
};
struct Reopen {
  SelectorOptions which;
};
struct MonitVerb {};
struct Doctor {
  SelectorOptions which;  // no selectors
};
struct Metrics {
  SelectorOptions which;
  MetricsFormat format = MetricsFormat::openmetrics;
};
struct PortWanted {
  std::uint16_t port = 0;
  std::optional<Transport> transport;  // nothing: both
};
struct Port {
  SelectorOptions which;          // no selectors
  std::vector<PortWanted> ports;  // none: every port that somebody holds
  bool kill = false;
  std::optional<int> signal;  // --kill SIGNAL
};
struct Find {
  SelectorOptions which;  // names of programs
  bool kill = false;
  std::optional<int> signal;
};
struct Apply {
  std::string file;  // an apps file
  std::vector<std::string> only;
  std::string environment_name;
  bool dry_run = false, wait = false, json = false, quiet = false;
};
struct Init {
  std::string file = "apps.json";
};
struct Save {
  bool quiet = false;
};
struct Resurrect {
  SelectorOptions which;  // no selectors
};
struct Startup {
  std::optional<InitSystem> init;  // nothing: the one that runs
  std::string user;                // whose apps; empty: the caller's
  bool dry_run = false;
};
struct Unstartup {
  std::optional<InitSystem> init;
  std::string user;
  bool dry_run = false;
};
struct Env {
  SelectorOptions which;
  bool reveal = false;
};
struct Reset {
  SelectorOptions which;
};
struct CleanLogs {
  bool dry_run = false, quiet = false;
};
struct Export {
  ExportForm form = ExportForm::systemd;
  SelectorOptions which;
  std::string directory;  // to write files in; empty: standard output
};
struct Watch {
  SelectorOptions which;
  bool on = true;
};
struct Completion {
  std::string shell;
};
struct Show {
  std::string text;
};  // --help, --version: print and exit 0

using Invocation =
    std::variant<Start, Run, List, Stop, Restart, Delete, Describe, Logs, Flush, Pids, Signal, Reload, Upgrade, Scale,
                 Reopen, Port, Find, Apply, Init, Save, Resurrect, Startup, Unstartup, Env, Reset, CleanLogs, Export,
                 Watch, Send, Columns, MonitVerb, Metrics, Doctor, Completion, Show>;

struct UsageError {
  std::string message;  // one line, says what was wrong and what to do
};

}  // namespace forever::cli
