// What was typed becomes what is meant: argv -> Command.
#include "cli/grammar/parse.hpp"

#include "cli/grammar/help.hpp"
#include "cli/grammar/verb.hpp"
#include "cli/list/describe.hpp"
#include "cli/list/list.hpp"
#include "cli/list/metrics.hpp"
#include "cli/logs/logs.hpp"
#include "cli/processes/find.hpp"
#include "cli/processes/port.hpp"
#include "cli/verbs/completion.hpp"
#include "cli/verbs/delete.hpp"
#include "cli/verbs/restart.hpp"
#include "cli/verbs/run.hpp"
#include "cli/verbs/scale.hpp"
#include "cli/verbs/signal.hpp"
#include "cli/verbs/start.hpp"
#include "cli/verbs/stop.hpp"
#include "cli/verbs/upgrade.hpp"
#include "platform/processors.hpp"
#include "test/support/catch.hpp"
#include "text/split.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

using Words = std::vector<std::string>;

template <class Kind>
Kind parsed(const Words& words) {
  const auto result = parse(words);
  if (const auto* error = std::get_if<UsageError>(&result)) FAIL(error->message);
  const auto* kind = dynamic_cast<const Kind*>(std::get<std::unique_ptr<Command>>(result).get());
  REQUIRE(kind != nullptr);
  return *kind;
}

template <class Kind>
bool is(const Words& words) {
  const auto result = parse(words);
  const auto* command = std::get_if<std::unique_ptr<Command>>(&result);
  return command != nullptr && dynamic_cast<const Kind*>(command->get()) != nullptr;
}

std::string fault(const Words& words) {
  const auto result = parse(words);
  const auto* error = std::get_if<UsageError>(&result);
  return error == nullptr ? "accepted" : error->message;
}

// What was asked for, and a new spec with it.
struct Asked : AppRequest {
  AppSpec spec;
  Start start;
};
Asked started(const Words& words) {
  Start start = parsed<Start>(words);
  AppSpec spec;
  start.app.settings.lay_over(spec);
  return {start.app, std::move(spec), start};
}

}  // namespace

TEST_CASE("START1 what follows the first -- is the program's, byte for byte") {
  const Words odd{"a b", "", "-h", "--name", "--", "ü\n%s", "[x,y]", "\"'"};
  Words words{"start", "prog", "--name", "web", "--"};
  words.insert(words.end(), odd.begin(), odd.end());
  const Asked options = started(words);
  REQUIRE(options.program == "prog");
  REQUIRE(options.name == "web");
  REQUIRE(options.arguments == odd);
}

TEST_CASE("START1 the program itself can follow --, and words without dashes after it are its own") {
  REQUIRE(started({"start", "--", "-odd-", "-x"}).program == "-odd-");
  REQUIRE(started({"start", "--", "-odd-", "-x"}).arguments == Words{"-x"});
  REQUIRE(started({"start", "server", "8081"}).arguments == Words{"8081"});
  REQUIRE(started({"start", "server", "[1,2]"}).arguments == Words{"[1,2]"});
  const Asked mixed = started({"start", "--cwd", "/srv", "server", "8081", "--name", "web", "more", "--", "--last"});
  REQUIRE(mixed.arguments == Words{"8081", "more", "--last"});
  REQUIRE(mixed.spec.directory == "/srv");
  REQUIRE(mixed.name == "web");
  REQUIRE(started({"start", "server", "-"}).arguments == Words{"-"});
}

TEST_CASE("PARSE options given or not are distinguished") {
  const Asked none = started({"start", "x"});
  REQUIRE_FALSE(none.name);
  REQUIRE(none.settings.empty());
  REQUIRE_FALSE(none.start.wait);
  REQUIRE_FALSE(none.has_arguments);
  REQUIRE(started({"start", "x", "--"}).has_arguments);
}

TEST_CASE("PARSE of two options that say the same one wins, whatever comes before or after it") {
  for (const Words& words : {Words{"start", "x", "--log-format", "json", "--log-time"},
                             Words{"start", "x", "--log-time", "--log-format", "json"},
                             Words{"start", "x", "--log-format", "json", "--log-time", "-oFILE"}}) {
    REQUIRE(started(words).spec.logs.format == forever::LogFormat::json);
  }
}

TEST_CASE("PARSE every option of start sets its own field") {
  const Asked o = started({"start",
                           "x",
                           "-n",
                           "web",
                           "--namespace",
                           "prod",
                           "--interpreter",
                           "node --flag  -x",
                           "--cwd",
                           "/srv",
                           "-e",
                           "A=1",
                           "--env=B=2=3",
                           "--env-file",
                           "a.env",
                           "--env-file",
                           "b.env",
                           "--user",
                           "www",
                           "--group",
                           "web",
                           "--restart",
                           "on-failure",
                           "--stop-exit-codes",
                           "0,2",
                           "--min-uptime",
                           "1m30s",
                           "--restart-delay",
                           "500ms",
                           "-m",
                           "7",
                           "--backoff-first",
                           "200ms",
                           "--backoff-factor",
                           "1.5",
                           "--backoff-cap",
                           "60",
                           "--max-memory",
                           "200M",
                           "--cron-restart",
                           "0 4 * * *",
                           "--kill-signal",
                           "int",
                           "--kill-timeout",
                           "3",
                           "--kill-mode",
                           "group",
                           "--wait",
                           "5",
                           "--out",
                           "o.log",
                           "--err",
                           "e.log",
                           "--merge-logs",
                           "--log-format",
                           "json",
                           "--log-max-size",
                           "1G",
                           "--log-keep",
                           "9",
                           "--json",
                           "--quiet"});
  REQUIRE(o.name == "web");
  REQUIRE(o.spec.app_namespace == "prod");
  REQUIRE(o.spec.interpreter == Words{"node", "--flag", "-x"});
  REQUIRE(o.spec.directory == "/srv");
  REQUIRE(o.environment == Words{"A=1", "B=2=3"});
  REQUIRE(o.environment_files == Words{"a.env", "b.env"});
  REQUIRE(o.spec.user == "www");
  REQUIRE(o.spec.group == "web");
  REQUIRE(o.spec.restart.on == RestartOn::on_failure);
  REQUIRE(o.spec.restart.stop_exit_codes == std::vector<int>{0, 2});
  REQUIRE(o.spec.restart.min_uptime == Milliseconds{90000});
  REQUIRE(o.spec.restart.restart_delay == Milliseconds{500});
  REQUIRE(o.spec.restart.max_restarts == 7U);
  REQUIRE(o.spec.restart.backoff_first == Milliseconds{200});
  REQUIRE(o.spec.restart.backoff_factor == 1.5);
  REQUIRE(o.spec.restart.backoff_cap == Milliseconds{60000});
  REQUIRE(o.spec.max_memory == (200ULL << 20U));
  REQUIRE(o.spec.cron_restart == "0 4 * * *");
  REQUIRE(o.spec.stop.signal == 2);
  REQUIRE(o.spec.stop.timeout == Milliseconds{3000});
  REQUIRE(o.spec.stop.mode == KillMode::group);
  REQUIRE(o.start.wait);
  REQUIRE(o.start.wait_time == Milliseconds{5000});
  REQUIRE(o.spec.logs.out == "o.log");
  REQUIRE(o.spec.logs.err == "e.log");
  REQUIRE(o.spec.logs.merge == true);
  REQUIRE(o.spec.logs.format == LogFormat::json);
  REQUIRE(o.spec.logs.max_size == (1ULL << 30U));
  REQUIRE(o.spec.logs.keep == 9U);
  REQUIRE(o.start.which.json);
  REQUIRE(o.start.which.quiet);
  REQUIRE(started({"start", "x", "--log-time"}).spec.logs.format == LogFormat::time);
  REQUIRE(started({"start", "x", "--name", "a", "--name", "b"}).name == "b");
}

TEST_CASE("STATE3 --wait takes the next word only if it is a time") {
  REQUIRE(started({"start", "--wait", "server.js"}).program == "server.js");
  REQUIRE(started({"start", "--wait", "server.js"}).start.wait);
  REQUIRE_FALSE(started({"start", "--wait", "server.js"}).start.wait_time);
  REQUIRE(started({"start", "--wait", "10s", "server.js"}).start.wait_time == Milliseconds{10000});
  REQUIRE(started({"start", "server.js", "--wait"}).start.wait);
  REQUIRE(started({"start", "server.js", "--wait=2m"}).start.wait_time == Milliseconds{120000});
  REQUIRE(started({"start", "server.js", "-q", "--wait"}).start.wait);
  REQUIRE_THAT(fault({"start", "server.js", "--wait=soon"}), contains("--wait 'soon' is not a duration"));
}

TEST_CASE("PARSE bad values are reported with an example") {
  const std::vector<std::pair<Words, std::string>> cases{
      {{"start", "x", "--min-uptime", "soon"}, "--min-uptime 'soon' is not a duration"},
      {{"start", "x", "--min-uptime", "-5"}, "--min-uptime '-5' is not a duration"},
      {{"start", "x", "--max-memory", "much"}, "--max-memory 'much' is not a size"},
      {{"start", "x", "--env", "novalue"}, "--env 'novalue' is not an assignment"},
      {{"start", "x", "--env", "=v"}, "--env '=v' is not an assignment"},
      {{"run", "x", "--env", "novalue"}, "--env 'novalue' is not an assignment"},
      {{"start", "x", "--restart", "sometimes"}, "must be one of always, on-failure, never"},
      {{"start", "x", "--kill-mode", "gently"}, "must be one of process, group, tree"},
      {{"start", "x", "--kill-signal", "NOPE"}, "is not a signal"},
      {{"start", "x", "--kill-signal", "0"}, "is not a signal"},
      {{"start", "x", "--stop-exit-codes", "0,256"}, "is not a list of exit codes"},
      {{"start", "x", "--stop-exit-codes", ""}, "is not a list of exit codes"},
      {{"start", "x", "--max-restarts", "-1"}, "is not a whole number"},
      {{"start", "x", "--max-restarts", "4294967296"}, "is not a whole number"},
      {{"start", "x", "--backoff-factor", "0.5"}, "is not a number from 1 to 1000"},
      {{"start", "x", "--backoff-factor", "nan"}, "is not a number from 1 to 1000"},
      {{"start", "x", "--log-format", "xml"}, "must be one of raw, time, json"},
      {{"start", "x", "--cron-restart", "61 * * * *"}, "is not a cron expression"},
      {{"start", "x", "--cwd", ""}, "--cwd is empty"},
      {{"start", "x", "--interpreter", " "}, "is empty"},
      {{"list", "--sort", "colour"}, "must be one of id, name, namespace, status, restarts, uptime, cpu, memory"},
      {{"logs", "--lines", "few"}, "is not a whole number"},
      {{"logs", "--out", "--err"}, "exclude each other"},
      {{"start", "x", "--name"}, "--name needs a value (NAME)"},
      {{"start", "x", "--name="}, "--name needs a value (NAME)"},
      {{"start", "x", "--name", "--", "y"}, "--name needs a value (NAME)"},
      {{"start"}, "start needs a program"},
      {{"start", ""}, "the program's name is empty"},
      {{"stop"}, "stop needs the name of an app"},
      {{"stopall", "web"}, "forever stop web"},
      {{"signal", "web"}, "signal needs a signal and the name of an app"},
      {{"signal", "web", "HUP"}, "give the signal first"},
      {{"completion", "tcsh"}, "no completion for 'tcsh'"},
  };
  for (const auto& [words, expected] : cases) {
    CAPTURE(words);
    CHECK_THAT(fault(words), contains(expected));
    CHECK(fault(words).find('\n') == std::string::npos);
  }
}

TEST_CASE("PERM1 a name that could leave the directory or hurt a terminal is refused, and shown harmless") {
  for (const std::string& name :
       {std::string{".."}, std::string{"a/b"}, std::string{"\x1b[2J"}, std::string(300, 'x'), std::string{"--json"},
        std::string{"all"}, std::string{"12"}, std::string{""}, std::string{"id:1"}}) {
    CAPTURE(name);
    CHECK_THAT(fault({"start", "x", "--name", name}), contains("--name"));
    CHECK(fault({"start", "x", "--name", name}).find('\x1b') == std::string::npos);
  }
}

TEST_CASE("PARSE an unknown option after the program is explained, before it the nearest is named") {
  CHECK_THAT(fault({"start", "server.js", "--port", "81"}), contains("forever start server.js -- --port"));
  CHECK_THAT(fault({"start", "server.js", "-p"}), contains("forever start server.js -- -p"));
  CHECK_THAT(fault({"start", "--nmae", "web", "server.js"}), contains("did you mean '--name'"));
  CHECK_THAT(fault({"start", "server.js", "--nmae=web"}), contains("(or was '--name' meant?)"));
  CHECK_THAT(fault({"stop", "web", "--fore"}), contains("did you mean '--force'"));
  CHECK_THAT(fault({"stop", "web", "--zzzzzzzz"}), contains("forever stop --help"));
}

TEST_CASE("PARSE an unknown verb names the nearest, or what was probably meant") {
  CHECK_THAT(fault({"strat", "x"}), contains("did you mean 'start'"));
  CHECK_THAT(fault({"lsit"}), contains("did you mean 'list'"));
  CHECK_THAT(fault({"server.js"}), contains("forever start server.js"));
  CHECK_THAT(fault({"qqqqqqqqqqqq"}), contains("forever help"));
  CHECK_THAT(fault({"--json", "list"}), contains("the verb comes first"));
}

TEST_CASE("PARSE aliases mean their verb") {
  for (const char* word : {"list", "ls", "ps", "status"}) REQUIRE(is<List>({word}));
  for (const char* word : {"delete", "del", "rm"})
    REQUIRE(parsed<Delete>({word, "web"}).which.selectors == Words{"web"});
  for (const char* word : {"describe", "info", "show"})
    REQUIRE(parsed<Describe>({word, "web"}).which.selectors == Words{"web"});
}

TEST_CASE("PARSE the other verbs take their options on either side of their operands") {
  REQUIRE(parsed<Stop>({"stop", "-f", "web", "id:3", "--json"}).force);
  REQUIRE(parsed<Stop>({"stop", "-f", "web", "id:3", "--json"}).which.selectors == Words{"web", "id:3"});
  REQUIRE(parsed<Stop>({"stopall", "--force"}).which.selectors == Words{"all"});
  REQUIRE(parsed<Stop>({"stopall", "--force"}).force);
  REQUIRE(parsed<Stop>({"stopall"}).which.selectors == Words{"all"});
  REQUIRE(parsed<Restart>({"restart", "web", "--update-env"}).update_env);
  REQUIRE(parsed<Restart>({"restartall", "--update-env"}).update_env);
  REQUIRE(parsed<Delete>({"rm", "web", "--keep-logs"}).keep_logs);
  REQUIRE(parsed<Describe>({"show", "--reveal", "web"}).reveal);
  REQUIRE(parsed<List>({"ls", "--sort", "memory", "-w"}).sort == SortBy::memory);
  REQUIRE(parsed<List>({"ls", "-qw"}).watch);
  REQUIRE(parsed<Logs>({"logs", "-n5", "-f", "web"}).lines == 5);
  REQUIRE(parsed<Logs>({"logs", "-n5", "-f", "web"}).follow);
  REQUIRE(parsed<Logs>({"logs"}).which.selectors.empty());
  REQUIRE(parsed<forever::cli::Signal>({"signal", "HUP", "web"}).signal == 1);
  REQUIRE(parsed<forever::cli::Signal>({"signal", "SIGINT", "web", "api"}).which.selectors == Words{"web", "api"});
  REQUIRE(parsed<Completion>({"completion", "zsh"}).shell == Completion::Shell::zsh);
  REQUIRE(parsed<Run>({"run", "prog", "--restart", "never", "--", "-x"}).app.arguments == Words{"-x"});
  REQUIRE(parsed<Stop>({"stop", "--", "-odd"}).which.selectors == Words{"-odd"});
}

TEST_CASE("HELP without arguments is short, --help is whole, and every verb and option explains itself") {
  REQUIRE(parsed<Show>({}).text == short_help());
  REQUIRE(parsed<Show>({"--help"}).text == help_for_all());
  REQUIRE(parsed<Show>({"help"}).text == help_for_all());
  REQUIRE_THAT(parsed<Show>({"--version"}).text, contains("forever "));
  for (const Verb* const each : verbs()) {
    const Verb& verb = *each;
    CAPTURE(verb.name);
    CHECK_THAT(help_for_all(), contains(std::string{verb.name}));
    const std::string text = parsed<Show>({std::string{verb.name}, "--help"}).text;
    CHECK(parsed<Show>({"help", std::string{verb.name}}).text == text);
    for (const OptionGroup& group : verb.groups) {
      for_each_option(group, [&](const AnyOption& option) {
        for (const std::string_view name : split_words(option.text().names, ','))
          CHECK_THAT(text, contains(std::string{name}));
        CHECK(option.text().help.ends_with('.'));
      });
    }
    for (const std::string_view line : split_words(text, '\n')) CHECK(line.size() <= 80);
  }
  for (const std::string_view line : split_words(help_for_all(), '\n')) CHECK(line.size() <= 80);
}

TEST_CASE("HELP a word of the program's own after -- asks for nothing of ours") {
  REQUIRE(is<Show>({"start", "x", "--help"}));
  REQUIRE(started({"start", "x", "--", "--help"}).arguments == Words{"--help"});
}

TEST_CASE("PARSE port and find take --kill with a signal or without") {
  CHECK(parsed<Port>({"port"}).ports.empty());
  const Port plain = parsed<Port>({"port", "8081", "53/udp", "80/tcp"});
  REQUIRE(plain.ports.size() == 3);
  CHECK(plain.ports[0].port == 8081);
  CHECK_FALSE(plain.ports[0].transport);
  CHECK(plain.ports[1].transport == Transport::udp);
  CHECK(plain.ports[2].transport == Transport::tcp);
  CHECK_FALSE(plain.kill);
  CHECK(parsed<Port>({"port", "8081", "--kill"}).kill);
  CHECK_FALSE(parsed<Port>({"port", "8081", "--kill"}).signal);
  CHECK(parsed<Port>({"port", "8081", "-k", "INT"}).signal == 2);
  CHECK(parsed<Port>({"port", "8081", "--kill=9"}).signal == 9);
  CHECK(parsed<Port>({"port", "--kill", "KILL", "8081"}).signal == 9);
  CHECK(parsed<Port>({"port", "--kill", "8081"}).ports.size() == 1);
  CHECK_THAT(fault({"port", "--kill"}), contains("needs the port"));
  CHECK_THAT(fault({"port", "--kill", "22"}), contains("needs the port"));
  CHECK_THAT(fault({"port", "8081", "--kill=NOPE"}), contains("is not a signal"));
  for (const char* word : {"0", "65536", "http", "80/sctp", "80/", "/tcp", "-1"}) {
    INFO(word);
    CHECK(fault({"port", "--", word}) != "accepted");
  }
  CHECK(parsed<Find>({"find", "node", "deno"}).which.selectors == Words{"node", "deno"});
  CHECK(parsed<Find>({"find", "node", "--kill", "HUP"}).signal == 1);
  CHECK_THAT(fault({"find"}), contains("find needs"));
  CHECK_THAT(fault({"find", ""}), contains("is empty"));
}

TEST_CASE("CLU1 -i takes a number, max, and a number that is subtracted") {
  struct Row {
    const char* text;
    std::optional<int> count;
    unsigned of_four;
  };
  constexpr Row kRows[] = {{"1", 1, 1},   {"4", 4, 4},     {"1024", 1024, 1024}, {"max", 0, 4},  {"0", 0, 4},
                           {"-1", -1, 3}, {"-9", -9, 1},   {"", {}, 0},          {"-", {}, 0},   {"-0", {}, 0},
                           {"+1", {}, 0}, {"1025", {}, 0}, {"two", {}, 0},       {"--1", {}, 0}, {"1x", {}, 0}};
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    CHECK(instance_count(row.text) == row.count);
    if (row.count) CHECK(resolve_instances(*row.count, 4) == row.of_four);
  }
  const auto given = [](const Words& words) { return started(words).settings.values("instances").back(); };
  CHECK(given({"start", "-i", "-1", "x"}) == "-1");
  CHECK(given({"start", "x", "--instances", "-2"}) == "-2");
  CHECK(started({"start", "x", "--instances=max"}).spec.instances == usable_processors());
  CHECK_THAT(fault({"start", "x", "-i", "many"}), contains("--instances 'many' is not a number of instances"));
}

TEST_CASE("CLU5 scale takes a number, more or fewer, as the last word") {
  struct Row {
    Words words;
    int count;
    bool relative;
  };
  const Row rows[] = {{{"scale", "web", "4"}, 4, false},
                      {{"scale", "web", "+1"}, 1, true},
                      {{"scale", "web", "-2"}, -2, true},
                      {{"scale", "--json", "web", "api", "-2"}, -2, true}};
  for (const Row& row : rows) {
    const Scale scale = parsed<Scale>(row.words);
    CHECK(scale.count == row.count);
    CHECK(scale.relative == row.relative);
    CHECK(scale.which.selectors.front() == "web");
  }
  CHECK_THAT(fault({"scale", "web"}), contains("a number"));
  CHECK_THAT(fault({"scale", "4"}), contains("a number"));
  CHECK_THAT(fault({"scale", "web", "0"}), contains("is not a number of instances"));
  CHECK_THAT(fault({"scale", "web", "many"}), contains("is not a number of instances"));
  CHECK_THAT(fault({"scale", "web", "-x", "1"}), contains("unknown option"));
}

TEST_CASE("PARSE upgrade") {
  CHECK(parsed<Upgrade>({"upgrade"}).which.selectors.empty());
  const Upgrade upgrade = parsed<Upgrade>({"upgrade", "web", "--binary", "./forever", "-q"});
  CHECK(upgrade.which.selectors == Words{"web"});
  CHECK(upgrade.binary == "./forever");
  CHECK(upgrade.which.quiet);
  CHECK_THAT(fault({"upgrade", "--binary", ""}), contains("--binary"));
}

TEST_CASE("PARSE limits") {
  CHECK(started({"start", "x", "--max-open-files", "4096"}).spec.max_open_files == 4096U);
  CHECK(started({"start", "x", "--nice", "-5"}).spec.nice == -5);
  CHECK(started({"start", "x", "--nice=19"}).spec.nice == 19);
  CHECK_THAT(fault({"start", "x", "--max-open-files", "0"}), contains("whole number"));
  CHECK_THAT(fault({"start", "x", "--nice", "20"}), contains("from -20 to 19"));
  CHECK(started({"start", "x", "--cgroup-memory", "200M"}).spec.cgroup.memory == 200U << 20U);
  CHECK(started({"start", "x", "--cgroup-cpu", "150%"}).spec.cgroup.cpu_percent == 150U);
  CHECK(started({"start", "x", "--cgroup-cpu=50"}).spec.cgroup.cpu_percent == 50U);
  for (const char* word : {"", "%", "-1", "half", "1.5", "50%%"})
    CHECK_THAT(fault({"start", "x", "--cgroup-cpu", word}), contains("percentage of a processor"));
  CHECK_THAT(fault({"start", "x", "--cgroup-memory", "lots"}), contains("is not a size"));
}

TEST_CASE("PARSE the format of metrics") {
  CHECK(parsed<Metrics>({"metrics", "web"}).format == MetricsFormat::openmetrics);
  CHECK(parsed<Metrics>({"metrics", "--format", "text"}).format == MetricsFormat::text);
  CHECK(parsed<Metrics>({"metrics", "--format=openmetrics"}).which.selectors.empty());
  CHECK_THAT(fault({"metrics", "--format", "xml"}), contains("must be one of openmetrics, text"));
}

TEST_CASE("PARSE hooks and health") {
  const Asked o = started({"start", "x", "--on-exit", "mail me", "--on-exit-timeout", "5", "--health-cmd", "curl x",
                           "--health-interval", "1m", "--health-timeout", "2s", "--health-threshold", "4"});
  CHECK(o.spec.on_exit.command == "mail me");
  CHECK(o.spec.on_exit.timeout == Milliseconds{5000});
  CHECK(o.spec.health.command == "curl x");
  CHECK(o.spec.health.interval == Milliseconds{60000});
  CHECK(o.spec.health.timeout == Milliseconds{2000});
  CHECK(o.spec.health.threshold == 4U);
  const Asked port = started({"start", "x", "--health-port", "8081/health?x=1", "--health-cmd", ""});
  CHECK(port.spec.health.port == 8081);
  CHECK(port.spec.health.path == "/health?x=1");
  CHECK(started({"start", "x", "--health-port", "80"}).spec.health.path.empty());
  for (const char* word : {"0", "65536", "web", "80 /x", "80/a b", "/x", ""})
    CHECK(fault({"start", "x", "--health-port", word}) != "accepted");
  CHECK_THAT(fault({"start", "x", "--health-port", "80", "--health-cmd", "y"}), contains("exclude each other"));
  CHECK_THAT(fault({"start", "x", "--health-interval", "0"}), contains("more than 0"));
  CHECK_THAT(fault({"start", "x", "--health-threshold", "0"}), contains("from 1 to 1000"));
}

namespace {

// `src` is a directory and `x.json` a file of the caller's directory; nothing else is there.
ParseResult parse_here(const std::vector<std::string>& words) {
  return parse(words, [](const std::string& path) {
    return path == "src"                             ? PathKind::directory
           : path == "x.json" || path == "server.js" ? PathKind::file
                                                     : PathKind::missing;
  });
}

std::vector<std::string> watched_of(const std::vector<std::string>& words, const std::string& program) {
  const auto result = parse_here(words);
  if (const auto* error = std::get_if<UsageError>(&result)) return {error->message};
  const AppRequest& app = dynamic_cast<const Start&>(*std::get<std::unique_ptr<Command>>(result)).app;
  CHECK(app.program == program);
  AppSpec spec;
  app.settings.lay_over(spec);
  CHECK(spec.watch.on);
  return spec.watch.paths;
}

}  // namespace

TEST_CASE("REAL28 -w watches, and --watch takes a path that is there as the next word") {
  CHECK(watched_of({"start", "server.js", "-w"}, "server.js").empty());
  CHECK(watched_of({"start", "-w", "server.js"}, "server.js").empty());
  CHECK_THAT(watched_of({"start", "server.js", "--watch", "src"}, "server.js").at(0), contains("src"));
  CHECK_THAT(watched_of({"start", "server.js", "-w", "x.json"}, "server.js").at(0), contains("x.json"));
  CHECK_THAT(watched_of({"start", "--watch", "src", "server.js"}, "server.js").at(0), contains("src"));
  CHECK_THAT(watched_of({"start", "server.js", "--watch", "lib/*.js"}, "server.js").at(0), contains("lib/*.js"));
  // A file before the program is the program.
  CHECK(watched_of({"start", "--watch", "server.js", "8081"}, "server.js").empty());
}

TEST_CASE("REAL7 a word behind --watch that is not there is not taken from the program without a word") {
  CHECK_THAT(watched_of({"start", "./g.sh", "-w", "4", "app:app"}, "").at(0),
             contains("there is no '4' here to watch") && contains("forever start ./g.sh -w -- 4"));
  CHECK_THAT(watched_of({"start", "server.js", "--watch", "nosuchdir"}, "").at(0), contains("nosuchdir"));
}

TEST_CASE("REAL29 a bare number that is plainly milliseconds is questioned") {
  CHECK_THAT(fault({"start", "x", "--kill-timeout", "3000"}), contains("write 3000ms or 3000s"));
  CHECK_THAT(fault({"start", "x", "--wait=5000"}), contains("write 5000ms or 5000s"));
  CHECK(started({"start", "x", "--kill-timeout", "30"}).spec.stop.timeout == Milliseconds{30000});
  CHECK(started({"start", "x", "--kill-timeout", "3000ms"}).spec.stop.timeout == Milliseconds{3000});
}

TEST_CASE("REAL15 what others call it leads to ours") {
  CHECK_THAT(fault({"top"}), contains("forever monit"));
  CHECK_THAT(fault({"jlist"}), contains("forever list --json"));
  CHECK_THAT(fault({"is-failed", "web"}), contains("forever is-active APP"));
  CHECK_THAT(fault({"list", "-a"}), contains("stopped apps are listed in any case"));
  CHECK_THAT(fault({"start", "x.js", "-l", "x.log"}), contains("--out"));
  CHECK_THAT(fault({"start", "x.js", "--max-memory-restart", "200M"}), contains("--max-memory"));
  CHECK_THAT(fault({"start", "x.js", "--spinSleepTime", "5"}), contains("--restart-delay"));
  CHECK_THAT(fault({"start", "x.js", "--no-autorestart"}), contains("--restart never"));
}

TEST_CASE("REAL12 the umask is octal") {
  CHECK(started({"start", "x", "--umask", "002"}).spec.umask == 2);
  CHECK(started({"start", "x", "--umask", "0077"}).spec.umask == 077);
  for (const char* wrong : {"9", "01000", "", "-1", "0x2"})
    CHECK_THAT(fault({"start", "x", std::string{"--umask="} + wrong}), contains("--umask"));
}
