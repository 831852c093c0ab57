// The options of start and run: what an app is and how it runs; how it is kept alive stands in cli/grammar/keeping_options.cpp.
#include <algorithm>

#include "app/environment.hpp"
#include "cli/grammar/counts.hpp"
#include "cli/grammar/option_values.hpp"
#include "platform/listening.hpp"

namespace forever::cli {
namespace {

Fault set_interpreter(Draft& draft, const std::string& value) {
  draft.start.interpreter.clear();
  for (const std::string_view word : split_words(value, ' ')) {
    if (!word.empty()) draft.start.interpreter.emplace_back(word);
  }
  return draft.start.interpreter.empty() ? Fault{"is empty; say `none` for no interpreter"} : Fault{};
}

Fault set_environment_entry(Draft& draft, const std::string& value) {
  std::vector<std::string> scratch;
  if (!set_environment(scratch, value)) {
    // PM2's way to choose one of the environments of an apps file; whether there is one is seen when the verb is made.
    const bool name = !value.empty() && value.find('=') == std::string::npos;
    if (!name || !draft.bare_environment.empty()) return "is not an assignment; write NAME=VALUE";
    draft.bare_environment = value;
    return {};
  }
  draft.start.environment.push_back(value);
  return {};
}

constexpr Option kWhat[] = {
    {"-n,--name", "NAME",
     "What the app is called. Without it: the base name of the program (of the script in `node server.js`), made "
     "unique.",
     [](Draft& d, const std::string& v) { return set_name(d.start.name, v); }},
    {"--namespace", "NAME", "The group of apps it belongs to, a selector of its own. Without it: default.",
     [](Draft& d, const std::string& v) { return set_name(d.start.app_namespace, v); }},
    {"--stdin", "", "Lets it read what `forever send` writes. Without it its standard input is /dev/null.",
     [](Draft& d, const std::string&) {
       d.start.input = true;
       return Fault{};
     }},
};

Fault set_nice(Draft& draft, const std::string& value) {
  const auto number = whole_number<int>(value);
  if (!number || *number < -20 || *number > 19) return "is not a whole number from -20 to 19";
  draft.start.nice = number;
  return {};
}

Fault set_cgroup_cpu(Draft& draft, const std::string& value) {
  const std::string_view digits = std::string_view{value}.substr(0, value.size() - (value.ends_with('%') ? 1 : 0));
  draft.start.cgroup_cpu = whole_number<unsigned>(digits);
  return draft.start.cgroup_cpu.value_or(~0U) <= 1'000'000 ? Fault{}
                                                           : "is not a share of a processor; try 50%, or 150%";
}

constexpr Option kHow[] = {
    {"--interpreter", "COMMAND",
     "What runs the program, with its own options if need be: --interpreter \"node --max-old-space-size=512\". `none` "
     "means never one. "
     "Without it: a script that is not executable is run by the interpreter of its extension (js node, py python3, sh "
     "sh, rb ruby, pl perl, php php).",
     set_interpreter},
    {"--cwd", "DIRECTORY", "Where it runs, kept as typed. Without it: the current directory.",
     [](Draft& d, const std::string& v) { return set_text(d.start.directory, v); }},
    {"-e,--env", "NAME=VALUE",
     "Sets one variable of its environment, over the caller's and over --env-file. May be given again.",
     set_environment_entry},
    {"--env-file", "FILE", "Reads NAME=VALUE lines into its environment. May be given again; later ones win.",
     [](Draft& d, const std::string& v) {
       d.start.environment_files.push_back(v);
       return v.empty() ? Fault{"is empty"} : Fault{};
     }},
    {"--user", "USER", "Runs as this user, by name or number. Only root may ask for it.",
     [](Draft& d, const std::string& v) { return set_text(d.start.user, v); }},
    {"--group", "GROUP",
     "Runs with this group, by name or number. Only root may ask for it. Without it: the user's own.",
     [](Draft& d, const std::string& v) { return set_text(d.start.group, v); }},
    {"--max-open-files", "N",
     "How many files it may have open at once (RLIMIT_NOFILE). Only root may give more than it has itself. Without it: "
     "as the "
     "caller.",
     [](Draft& d, const std::string& v) -> Fault {
       d.start.max_open_files = whole_number<std::uint32_t>(v);
       return d.start.max_open_files.value_or(0) > 0 ? Fault{} : "is not a whole number from 1 to 4294967295";
     }},
    {"--nice", "N", "Its priority, 19 (last) to -20 (first). Only root may go below 0. Without it: as the caller.",
     set_nice},
    {"--cgroup-memory", "SIZE",
     "The kernel keeps its whole process tree below this by a cgroup: what cannot be freed is killed. A bare number is "
     "bytes, 0 takes the limit away. Needs a delegated cgroup (`forever doctor`).",
     [](Draft& d, const std::string& v) { return set_size(d.start.cgroup_memory, v); }},
    {"--cgroup-cpu", "PERCENT",
     "The kernel gives its whole process tree no more than this of one processor, by a cgroup: 150% is one and a half. "
     "0 takes the limit away.",
     set_cgroup_cpu},
};

Fault set_instances(Draft& draft, const std::string& value) {
  draft.start.instances = instance_count(value);
  if (draft.start.instances) return {};
  return "is not a number of instances; try 4, max (one for each processor) or -1 (one fewer than that); at most " +
         std::to_string(kMostInstances);
}

constexpr Option kInstances[] = {
    {"-i,--instances", "N",
     "Runs N instances of it; max or 0: one for each processor that it may use; -K: K fewer than that, one at least. "
     "Each sees its slot (0, 1, 2 ...) as FOREVER_INSTANCE and NODE_APP_INSTANCE. Default 1.",
     set_instances},
    {"--increment-env", "NAME",
     "Adds its slot to this variable of each instance's environment, so that each gets a port of its own: "
     "--env PORT=8080 --increment-env PORT. May be given again.",
     [](Draft& d, const std::string& v) {
       d.start.increment_env.push_back(v);
       return v.empty() || v.find('=') != std::string::npos ? Fault{"is no name of a variable"} : Fault{};
     }},
};

Fault add_listen(Draft& draft, const std::string& value) {
  const auto address = listen_address_from(value);
  if (!address) return address.error().doing;
  std::string text = to_text(*address);
  auto& all = draft.start.listen;
  if (std::find(all.begin(), all.end(), text) != all.end()) return "is given twice";
  if (all.size() == kMostPassed) return "is one too many; " + std::to_string(kMostPassed) + " sockets are possible";
  all.push_back(std::move(text));
  return {};
}

constexpr Option kSharing[] = {
    {"--no-share", "",
     "Leaves the ports of several instances alone; without it they share the ports that they listen on.",
     [](Draft& d, const std::string&) {
       d.start.share_ports = false;
       return Fault{};
     }},
    {"--hold-ports", "",
     "Holds the ports of a single instance as well: while it restarts, connections wait instead of being refused, and "
     "`reload` loses none.",
     [](Draft& d, const std::string&) {
       d.start.hold_ports = true;
       return Fault{};
     }},
    {"--listen", "ADDRESS",
     "Opens a socket for it, which it finds as descriptor 3 (the next one 4 ...) with LISTEN_FDS and LISTEN_PID, as "
     "under "
     "systemd: 8081, 127.0.0.1:8081, [::1]:8081 or unix:/path; NAME=ADDRESS gives it a name. All instances have the "
     "same; "
     "it stays open while they restart. May be given again.",
     add_listen},
    {"--ready", "WHEN",
     "When it counts as ready: uptime (it has run for --min-uptime), listen (it listens on a port that is shared or "
     "held), "
     "or notify (it has said READY=1 to NOTIFY_SOCKET, which it gets then: sd_notify(3)). Default: listen where ports "
     "are "
     "shared or held, else uptime.",
     [](Draft& d, const std::string& v) -> Fault {
       const auto when = from_word<ReadyWhen>(v);
       if (!when || *when == ReadyWhen::automatic) return "is none of uptime, listen, notify";
       d.start.ready = *when;
       return {};
     }},
    {"--ready-timeout", "TIME",
     "How long `reload` and `start --wait` wait until it is ready. A bare number is seconds. Default 30s.",
     [](Draft& d, const std::string& v) { return set_positive(d.start.ready_timeout, v); }},
    {"--drain-timeout", "TIME",
     "How long the connections of an instance that is replaced may take to end. A bare number is seconds. Default 10s.",
     [](Draft& d, const std::string& v) { return set_duration(d.start.drain_timeout, v); }},
};

constexpr Option kShell[] = {
    {"-x,--exec", "COMMAND",
     "Has /bin/sh run this command line, with PROGRAM (which may then be left out) and its arguments behind it: --exec "
     "\"make && ./server\".",
     [](Draft& d, const std::string& v) {
       d.start.shell_command = v;
       return v.empty() ? Fault{"is empty"} : Fault{};
     }},
};

Fault set_wait(Draft& draft, const std::string& value) {
  draft.start.wait = true;
  return value.empty() ? Fault{} : set_duration(draft.start.wait_time, value);
}

constexpr Option kAnswer[] = {
    {"-w,--wait", "[TIME]",
     "Returns only when it is ready, or says why it is not (exit code 1) with its last lines. Waits at most TIME; a "
     "bare number is seconds. Default 30s.",
     set_wait},
    kJson,
    kQuiet,
};

constexpr Option kOfFile[] = {
    {"--only", "NAMES", kOnlyHelp, [](Draft& d, const std::string& v) { return set_only(d.start.only, v); }},
    {"--env-name", "NAME", kEnvironmentHelp,
     [](Draft& d, const std::string& v) {
       d.start.environment_name = v;
       return Fault{};
     }},
};

constexpr OptionGroup kStartTable[] = {{"What it is", kWhat},
                                       {"How it runs", kHow},
                                       {"Several instances", kInstances},
                                       {"Its ports", kSharing},
                                       {"Keeping it alive", kAlive},
                                       {"Restart on change", kWatching},
                                       {"Looking after it", kAttending},
                                       {"Stopping it", kStopping},
                                       {"Its logs", kLogging},
                                       {kAppsFileTitle, kOfFile},
                                       {kAnswerTitle, kAnswer}};
constexpr OptionGroup kRunTable[] = {{"What it is", kShell},           {"How it runs", kHow},
                                     {"Keeping it alive", kAlive},     {"Restart on change", kWatching},
                                     {"Looking after it", kAttending}, {"Stopping it", kStopping}};

}  // namespace

constinit const std::span<const OptionGroup> kStartGroups{kStartTable};
constinit const std::span<const OptionGroup> kRunGroups{kRunTable};

}  // namespace forever::cli
