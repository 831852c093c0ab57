// The options of start, run and dev. All that an app is asked for is a setting (app/settings); here is what is none: its name, its
// environment, and how the command is to go.
#include "app/environment.hpp"
#include "app/name.hpp"
#include "cli/grammar/option_values.hpp"

namespace forever::cli {
namespace {

Fault set_name(Draft& draft, const std::string& value) {
  if (auto fault = fault_in_name(value)) return "cannot be a name: " + *fault;
  draft.app.name = value;
  return {};
}

Fault set_environment_entry(Draft& draft, const std::string& value) {
  std::vector<std::string> scratch;
  if (!set_environment(scratch, value)) {
    // PM2's way to choose one of the environments of an apps file; whether there is one is seen when the verb is made.
    const bool is_name = !value.empty() && value.find('=') == std::string::npos;
    if (!is_name || !draft.bare_environment.empty()) return "is not an assignment; write NAME=VALUE";
    draft.bare_environment = value;
    return {};
  }
  draft.app.environment.push_back(value);
  return {};
}

Fault set_wait(Draft& draft, const std::string& value) {
  draft.wait = true;
  return value.empty() ? Fault{} : set_duration(draft.wait_time, value);
}

constexpr Option kName[] = {
    {{"-n,--name", ValueKind::name, "NAME",
      "What the app is called. Without it: the base name of the program (of the script in `node server.js`), made "
      "unique."},
     set_name},
};
constexpr Option kEnvironment[] = {
    {{"-e,--env", ValueKind::text, "NAME=VALUE",
      "Sets one variable of its environment, over the caller's and over --env-file. May be given again."},
     set_environment_entry},
    {{"--env-file", ValueKind::file, "FILE",
      "Reads NAME=VALUE lines into its environment. May be given again; later ones win."},
     [](Draft& draft, const std::string& value) {
       draft.app.environment_files.push_back(value);
       return value.empty() ? Fault{"is empty"} : Fault{};
     }},
};
constexpr Option kShell[] = {
    {{"-x,--exec", ValueKind::command, "COMMAND",
      "Has /bin/sh run this command line, with PROGRAM (which may then be left out) and its arguments behind it: "
      "--exec "
      "\"make && ./server\"."},
     take_text<[](Draft& draft) -> std::string& { return draft.shell_command; }>},
};
// Before the settings, so that --log-format counts where both are given.
constexpr Option kLogTime[] = {
    {{"--log-time", ValueKind::none, "", "Puts the time before each line; the same as --log-format time."},
     [](Draft& draft, const std::string&) { return draft.app.settings.add(*find_setting("log-format"), "time"); }},
};
constexpr Option kAnswer[] = {
    {{.names = "--wait",
      .kind = ValueKind::time,
      .value = "TIME",
      .help = "Returns only when it is ready, or says why it is not (exit code 1) with its last lines. Waits at most "
              "TIME; a bare number is seconds. Default 30s.",
      .value_optional = true},
     set_wait},
    kJson,
    kQuiet,
};
constexpr Option kOfFile[] = {kOnly, kEnvironmentName};

constexpr OptionGroup kStartTable[] = {{{}, kName, &kIdentitySettings}, {{}, kEnvironment, &kProcessSettings},
                                       {{}, {}, &kInstanceSettings},    {{}, {}, &kPortSettings},
                                       {{}, {}, &kRestartSettings},     {{}, {}, &kWatchSettings},
                                       {{}, {}, &kHealthSettings},      {{}, {}, &kStopSettings},
                                       {{}, kLogTime, &kLogSettings},   {"An apps file", kOfFile},
                                       {"The answer", kAnswer}};
constexpr OptionGroup kRunTable[] = {{"What it is", kShell},      {{}, kEnvironment, &kProcessSettings},
                                     {{}, {}, &kRestartSettings}, {{}, {}, &kWatchSettings},
                                     {{}, {}, &kHealthSettings},  {{}, {}, &kStopSettings}};

}  // namespace

constinit const std::span<const OptionGroup> kStartGroups{kStartTable};
constinit const std::span<const OptionGroup> kRunGroups{kRunTable};

}  // namespace forever::cli
