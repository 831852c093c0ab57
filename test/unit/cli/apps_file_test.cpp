// The apps file: every key and alias, what is refused, and in which order apps stand.
#include "cli/apps_file/apps_file.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include "cli/apps_file/keys.hpp"
#include "cli/apps_file/relaxed_json.hpp"
#include "test/support/catch.hpp"
#include "test/support/run.hpp"
#include "text/split.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

AppsQuestion question(const std::string& environment = {}, const std::vector<std::string>& only = {}) {
  return {"apps.json", "/srv/app", "/home/me", environment, only};
}

AppsFile parsed(const std::string& text, const AppsQuestion& asked = question()) {
  const auto file = parse_apps(text, asked);
  if (!file) FAIL(file.error().message());
  return *file;
}

std::string fault(const std::string& text, const AppsQuestion& asked = question()) {
  const auto file = parse_apps(text, asked);
  return file ? "accepted" : file.error().message();
}

std::vector<std::string> names_of(const AppsFile& file) {
  std::vector<std::string> names;
  for (const AppEntry& app : file.apps) names.push_back(*app.request.name);
  return names;
}
using Names = std::vector<std::string>;

// One app with these keys beside its script, and one more.
AppsFile with(const std::string& keys) { return parsed("{\"script\": \"x\", " + keys + "}"); }
// What the file asks for, and a new spec with it.
struct Asked : AppRequest {
  AppSpec spec;
};
Asked asked(const AppEntry& app) {
  AppSpec spec;
  app.request.settings.lay_over(spec);
  return {app.request, std::move(spec)};
}
Asked options_with(const std::string& keys) { return asked(with(keys).apps.front()); }
std::string warnings_with(const std::string& keys) {
  std::string all;
  for (const std::string& line : with(keys).warnings) all += line + "\n";
  return all;
}

// What one key does: it sets something, is reported as ignored, or has no meaning here.
struct Sample {
  const char* keys;  // all the spellings, separated by blanks
  const char* value;
  bool (*set)(const Asked& options);  // null: nothing is set
  const char* told = "";
};
const Sample kSamples[] = {
    {"name", R"("web")", [](const Asked& o) { return o.name == "web"; }},
    {"uid user", R"("www")", [](const Asked& o) { return o.spec.user == "www"; }},
    {"gid group", "33", [](const Asked& o) { return o.spec.group == "33"; }},
    {"namespace", R"("prod")", [](const Asked& o) { return o.spec.app_namespace == "prod"; }},
    {"args options", R"("-a 'b c' \"d e\" f\\ g")",
     [](const Asked& o) {
       return o.arguments == Names{"-a", "b c", "d e", "f g"};
     }},
    {"interpreter exec_interpreter command", R"("python3")",
     [](const Asked& o) { return o.spec.interpreter == Names{"python3"}; }},
    {"cwd workingDir", R"("sub")", [](const Asked& o) { return o.spec.directory == "/srv/app/sub"; }},
    {"sourceDir", R"("/opt/x")",
     [](const Asked& o) { return o.program == "/opt/x/x" && o.spec.directory == "/opt/x"; }},
    {"env_file", R"([".env", "/etc/x.env"])",
     [](const Asked& o) {
       return o.environment_files == Names{"/srv/app/.env", "/etc/x.env"};
     }},
    {"port", "8081", [](const Asked& o) { return o.environment == Names{"PORT=8081"}; }},
    {"env", R"({"A": "1", "B": 2, "C": true, "D": null, "E": {"x": [1]}})",
     [](const Asked& o) {
       return o.environment == Names{"A=1", "B=2", "C=true", "E={\"x\":[1]}"};
     }},
    {"instances", "4", [](const Asked& o) { return o.spec.instances == 4; }},
    {"increment_var increment_env", R"("PORT")", [](const Asked& o) { return o.spec.increment_env == Names{"PORT"}; }},
    {"listen_timeout ready_timeout", "3000", [](const Asked& o) { return o.spec.ready_timeout == Milliseconds{3000}; }},
    {"watch", "true", [](const Asked& o) { return o.spec.watch.on; }},
    {"ignore_watch watchIgnorePatterns watchIgnore", R"(["node_modules"])",
     [](const Asked& o) { return o.spec.watch.ignore == Names{"node_modules"}; }},
    {"watch_delay", "1000", [](const Asked& o) { return o.spec.watch.delay == Milliseconds{1000}; }},
    {"autorestart", "false", [](const Asked& o) { return o.spec.restart.on == RestartOn::never; }},
    {"restart", R"("on-failure")", [](const Asked& o) { return o.spec.restart.on == RestartOn::on_failure; }},
    {"stop_exit_codes", "[0, 42]",
     [](const Asked& o) {
       return o.spec.restart.stop_exit_codes == std::vector<int>{0, 42};
     }},
    {"min_uptime minUptime", "1500", [](const Asked& o) { return o.spec.restart.min_uptime == Milliseconds{1500}; }},
    {"max_restarts max", "5", [](const Asked& o) { return o.spec.restart.max_restarts == 5U; }},
    {"restart_delay", R"("2s")", [](const Asked& o) { return o.spec.restart.restart_delay == Milliseconds{2000}; }},
    {"exp_backoff_restart_delay backoff_first", "100",
     [](const Asked& o) { return o.spec.restart.backoff_first == Milliseconds{100}; }},
    {"spinSleepTime", "700",
     [](const Asked& o) {
       return o.spec.restart.backoff_first == Milliseconds{700} && o.spec.restart.backoff_cap == Milliseconds{700};
     }},
    {"max_memory_restart max_memory", R"("300M")",
     [](const Asked& o) { return o.spec.max_memory == std::uint64_t{300} << 20U; }},
    {"cron_restart cron", R"("0 4 * * *")", [](const Asked& o) { return o.spec.cron_restart == "0 4 * * *"; }},
    {"kill_timeout", "1600", [](const Asked& o) { return o.spec.stop.timeout == Milliseconds{1600}; }},
    {"kill_signal killSignal", R"("SIGINT")", [](const Asked& o) { return o.spec.stop.signal == 2; }},
    {"treekill killTree", "false", [](const Asked& o) { return o.spec.stop.mode == KillMode::process; }},
    {"out_file out output out_log outFile", R"("logs/o")",
     [](const Asked& o) { return o.spec.logs.out == "/srv/app/logs/o"; }},
    {"error_file error err err_file err_log errFile", R"("~/e")",
     [](const Asked& o) { return o.spec.logs.err == "/home/me/e"; }},
    {"log_file log logFile", R"("/l")",
     [](const Asked& o) { return o.spec.logs.out == "/l" && o.spec.logs.merge == true; }},
    {"log_type", R"("json")", [](const Asked& o) { return o.spec.logs.format == LogFormat::json; }},
    {"log_date_format", R"("YYYY")", [](const Asked& o) { return o.spec.logs.format == LogFormat::time; }, "ISO 8601"},
    {"time", "true", [](const Asked& o) { return o.spec.logs.format == LogFormat::time; }},
    {"disable_logs", "true",
     [](const Asked& o) { return o.spec.logs.out == "/dev/null" && o.spec.logs.err == "/dev/null"; }},
    {"exec_mode", R"("cluster")", nullptr},
    {"instance_var", R"("SLOT")", nullptr, "FOREVER_INSTANCE"},
    {"watch_options", R"({"usePolling": true})", nullptr, "watch_options is ignored"},
    {"hideEnv", R"(["A"])", nullptr, "hideEnv is ignored"},
    {"spawnWith stdio", R"(["ignore"])", nullptr, "spawnWith is ignored"},
    {"root path pidPath sockPath", R"("/r")", nullptr, "the state directory is FOREVER_HOME"},
    {"container dist image_name", R"("x")", nullptr, "container is ignored"},
    {"killTTL", "100", nullptr, "killTTL is ignored"},
    {"wait_ready", "true", nullptr, "wait_ready is ignored"},
    {"shutdown_with_message", "true", nullptr, "shutdown_with_message is ignored"},
    {"pid_file pid pidFile", R"("x.pid")", nullptr, "pids/NAME-SLOT.pid"},
    {"autostart", "false", nullptr, "autostart is ignored"},
    {"filter_env", "true", nullptr, "filter_env is ignored"},
    {"post_update", R"(["npm install"])", nullptr, "post_update is ignored"},
};
// Read together with others, each in a case of its own below.
const std::set<std::string> kElsewhere{"script",          "exec",      "name_prefix",      "append_env_to_name",
                                       "depends_on",      "dependsOn", "interpreter_args", "node_args",
                                       "interpreterArgs", "nodeArgs",  "watchDirectory",   "usePolling",
                                       "pollingInterval"};

std::string key_and_value(std::string_view key, const char* value) { return "\"" + std::string{key} + "\": " + value; }

}  // namespace

TEST_CASE("APPS1 every key and alias of an apps file sets what it says, or is reported as ignored") {
  std::set<std::string> covered = kElsewhere;
  for (const Sample& sample : kSamples) {
    for (const std::string_view key : split_words(sample.keys, ' ')) {
      INFO(key);
      covered.emplace(key);
      const std::string keys = key_and_value(key, sample.value);
      const Asked options = options_with(keys);
      if (sample.set != nullptr) CHECK(sample.set(options));
      if (*sample.told == '\0') CHECK(warnings_with(keys).empty());
      CHECK_THAT(warnings_with(keys), contains(sample.told));
      CHECK_NOTHROW(options_with(key_and_value(key, "null")));  // a null is as good as nothing
    }
  }
  // Every other key means nothing here and is taken without a word, unless it is a setting: settings_test.cpp walks those.
  for (const std::string& keys : apps_file_keys()) {
    for (const std::string_view key : split_words(keys, ' ')) {
      if (covered.contains(std::string{key}) || find_setting(key) != nullptr) continue;
      INFO(key);
      CHECK(warnings_with(key_and_value(key, "true")).empty());
    }
  }
}

TEST_CASE("APPS1 the manual names every key of an apps file") {
  const std::string manual = forever::test::read_file("man/forever.1");
  const std::string section = manual.substr(manual.find(".Sh APPS FILE"));
  for (const std::string& keys : apps_file_keys()) {
    for (const std::string_view key : split_words(keys, ' ')) {
      if (find_setting(key) != nullptr) continue;  // "every option of start is a key"
      INFO(key);
      CHECK_THAT(section, contains(std::string{key}));
    }
  }
}

TEST_CASE("APPS1 every option of start is a key too, and reads as on the command line") {
  const Asked options = options_with(R"("log_keep": 2, "backoff_factor": 1.5, "log_max_size": "1M")");
  CHECK(options.spec.logs.keep == 2U);
  CHECK(options.spec.restart.backoff_factor == 1.5);
  CHECK(options.spec.logs.max_size == std::uint64_t{1} << 20U);
  CHECK_THAT(fault(R"({"script": "x", "quiet": true})"), contains("unknown key \"quiet\""));
}

TEST_CASE("APPS1 interpreter arguments go between interpreter and script") {
  for (const char* key : {"interpreter_args", "node_args", "interpreterArgs", "nodeArgs"}) {
    const AppsFile file = parsed(R"({"script": "a.js", ")" + std::string{key} + R"(": "--harmony --x=1"})");
    CHECK(file.apps.front().request.interpreter_arguments == Names{"--harmony", "--x=1"});
  }
  const Asked python = options_with(R"("interpreter": "python3", "interpreter_args": ["-u"])");
  CHECK(python.spec.interpreter == Names{"python3"});
  CHECK(python.interpreter_arguments == Names{"-u"});
  CHECK_THAT(fault(R"({"script": "x", "node_args": "-u"})"), contains("has no interpreter"));
}

TEST_CASE("APPS1 log files are relative to the app's working directory, wherever the file sets it") {
  const Asked options = options_with(R"("out_file": "logs/o", "cwd": "sub", "err": "~/e")");
  CHECK(options.spec.logs.out == "/srv/app/sub/logs/o");
  CHECK(options.spec.logs.err == "/home/me/e");
  CHECK(options_with(R"("log": "./l", "sourceDir": "/opt/x")").spec.logs.out == "/opt/x/l");
  CHECK(options_with(R"("outFile": "o")").spec.logs.out == "/srv/app/o");
}

TEST_CASE("APPS1 forever's polling looks as often as it says") {
  CHECK(options_with(R"("usePolling": true, "pollingInterval": 250)").spec.watch.poll == Milliseconds{250});
  CHECK(options_with(R"("usePolling": true)").spec.watch.poll == Milliseconds{100});
  CHECK(options_with(R"("usePolling": false, "pollingInterval": 250)").spec.watch.poll == Milliseconds{0});
}

TEST_CASE("APPS1 a name may be put together from a prefix, a name and the environment") {
  const std::string text =
      R"({"exec": "x", "name": "web", "name_prefix": "my-", "append_env_to_name": true, "env_test": {"A": 1}})";
  CHECK(names_of(parsed(text)) == Names{"my-web"});
  CHECK(names_of(parsed(text, question("test"))) == Names{"my-web-test"});
}

TEST_CASE("APPS1 the three forms of a file: apps, a list, one app; and names as keys") {
  CHECK(names_of(parsed(R"({"apps": [{"script": "a.js"}, {"script": "b.js"}], "deploy": {}})")) == Names{"a", "b"});
  CHECK(names_of(parsed(R"([{"script": "a.js"}])")) == Names{"a"});
  CHECK(names_of(parsed(R"({"script": "a.js"})")) == Names{"a"});
  CHECK(names_of(parsed(R"({"apps": {"x": {"script": "a.js"}, "y": {"script": "a.js"}}})")) == Names{"x", "y"});
  // Without a name each gets one of its own; a name that was given is kept.
  CHECK(names_of(parsed(R"([{"script": "a.js"}, {"script": "a.js"}, {"script": "q", "name": "a-1"}])")) ==
        Names{"a", "a-2", "a-1"});
}

TEST_CASE("APPS1 forever's own form: uid is a name, sourceDir is where the script lies") {
  const AppsFile file = parsed(R"([{"uid": "app1", "append": true, "watch": false, "script": "index.js",
    "sourceDir": "/home/me/app1", "workingDir": "/tmp", "args": ["--port", "8081"], "watchDirectory": "/home/me/app1",
    "spinSleepTime": 1000, "minUptime": 2000, "max": 3, "killSignal": "SIGTERM"}])");
  const Asked options = asked(file.apps.front());
  CHECK(options.name == "app1");
  CHECK(options.spec.user.empty());
  CHECK(options.program == "/home/me/app1/index.js");
  CHECK(options.spec.directory == "/tmp");
  CHECK(options.arguments == Names{"--port", "8081"});
  CHECK(file.warnings.empty());
}

TEST_CASE("APPS1 --env-name lays one environment over the common one") {
  const std::string text = R"({"script": "x", "env_prod": {"B": "3"}, "env": {"A": "1", "B": "2"}, "port": 1})";
  CHECK(parsed(text).apps.front().request.environment == Names{"PORT=1", "A=1", "B=2"});
  const AppsFile prod = parsed(text, question("prod"));
  CHECK(prod.apps.front().request.environment == Names{"PORT=1", "A=1", "B=2", "B=3"});
  CHECK(prod.apps.front().declared ==
        Names{"cwd=/srv/app", "env A=1", "env B=3", "env PORT=1", "port=1", "script=\"x\""});
  CHECK(parsed(text, question("other")).apps.front().request.environment == Names{"PORT=1", "A=1", "B=2"});
}

TEST_CASE("APPS1 two spellings of the same app are declared alike") {
  const auto declared = [](const std::string& text) { return parsed(text).apps.front().declared; };
  CHECK(declared(R"({"script": "x", "out": "/o", "name": "a"})") ==
        declared(R"({"name": "a", "out_file": "/o", "exec": "x", "depends_on": [], "cwd": null})"));
  CHECK(declared(R"({"script": "x", "args": "a"})") != declared(R"({"script": "x", "args": "b"})"));
}

TEST_CASE("APPS2 an app comes after those it depends on, else the order of the file stays") {
  CHECK(names_of(parsed(R"({"apps": {
    "a": {"script": "x", "depends_on": "c"}, "b": {"script": "x"},
    "c": {"script": "x", "depends_on": ["d"]}, "d": {"script": "x"}, "e": {"script": "x", "dependsOn": {"a": {}}}}})")) ==
        Names{"b", "d", "c", "a", "e"});
}

TEST_CASE("APPS2 circles and missing dependencies are refused before anything starts") {
  CHECK_THAT(fault(R"({"apps": {"a": {"script": "x", "depends_on": "b"}, "b": {"script": "x", "depends_on": "c"},
                       "c": {"script": "x", "depends_on": "b"}}})"),
             contains("circle: b -> c -> b"));
  CHECK_THAT(fault(R"([{"name": "a", "script": "x", "depends_on": "a"}])"), contains("a -> a"));
  CHECK_THAT(fault(R"({"apps": {"web": {"script": "x", "depends_on": "bd"}, "db": {"script": "x"}}})"),
             contains("'bd', which is not in the file; did you mean 'db'?"));
}

TEST_CASE("APPS1 --only takes names and namespaces, and refuses what is not there") {
  const std::string text = R"({"apps": {"a": {"script": "x", "depends_on": "b"}, "b": {"script": "x"},
                               "c": {"script": "x", "namespace": "n"}}})";
  CHECK(names_of(parsed(text, question({}, {"a"}))) == Names{"a"});
  CHECK(parsed(text, question({}, {"a"})).apps.front().depends_on.empty());
  CHECK(names_of(parsed(text, question({}, {"n", "b"}))) == Names{"b", "c"});
  CHECK_THAT(fault(text, question({}, {"x"})), contains("--only: no app is called 'x'"));
}

TEST_CASE("APPS1 an error is reported in one line, with the place or the nearest key") {
  const auto wrong = [](const std::string& text, const std::string& part) {
    const std::string message = fault(text);
    CHECK_THAT(message, contains(part));
    CHECK(message.starts_with("apps.json"));
    CHECK(message.find('\n') == std::string::npos);
  };
  wrong("{\"apps\": [\n  {\"script\": }]}", "line 2, column 14");
  wrong("", "is not valid JSON");
  wrong("7", "neither an object nor a list");
  wrong("{}", "it has no \"apps\"");
  wrong("{\"apps\": []}", "it contains no app");
  wrong("{\"apps\": 7}", "neither a list nor an object");
  wrong("{\"apps\": [7]}", "app 1 is not an object");
  wrong(R"({"apps": [], "env": {}})", "unknown key \"env\" next to \"apps\"");
  wrong(R"({"apps": [{"name": "x"}]})", "x: there is no \"script\"");
  wrong(R"({"script": "x", "max_restart": 3})", "unknown key \"max_restart\"; did you mean \"max_restarts\"?");
  wrong(R"({"script": "x", "qqqqqqqqqqqq": 3})", "under APPS FILE");
  wrong(R"({"script": "x", "kill_timeout": "soon"})", "kill_timeout: 'soon' is not a duration");
  wrong(R"({"script": "x", "kill_timeout": true})", "kill_timeout: needs a value");
  wrong(R"({"script": "x", "exec_mode": "thread"})", "exec_mode: must be one of fork, cluster");
  wrong(R"({"script": "x", "env": {"A=B": 1}})", "cannot be the name of a variable");
  wrong(R"({"script": "x", "name": "a/b"})", "cannot be a name");
  wrong(R"({"apps": {"a/b": {"script": "x"}}})", "cannot be a name");
  wrong(R"({"script": 7})", "script: must be the path");
  wrong(R"({"script": "x", "args": {"a": 1}})", "args: must be a text or a list");
  wrong(R"([{"script": "x", "name": "a"}, {"script": "y", "name": "a"}])", "two apps are called 'a'");
}

TEST_CASE("APPS1 comments and trailing commas are taken for blanks, strings are left alone") {
  CHECK(plain_json("{\"a\": [1, 2, /* x */ ], // y\n}") == "{\"a\": [1, 2          ]      \n}");
  CHECK(plain_json("\"// , ] \\\" #\"") == "\"// , ] \\\" #\"");
  CHECK(plain_json("# x\n[1,]") == "   \n[1 ]");
  CHECK(plain_json("\xef\xbb\xbf{}") == "   {}");
  CHECK(plain_json("[1,,]") == "[1, ]");  // still wrong
  CHECK(plain_json("/* not closed") == "/* not closed");
  CHECK(place_in("ab\ncd", 5) == "line 2, column 2");
  CHECK(place_in("ab", 9) == "its end");
}

TEST_CASE("APPS1 what init writes is read without a warning") {
  const AppsFile file = parsed(std::string{example_apps_file()});
  CHECK(names_of(file) == Names{"web", "worker"});
  CHECK(file.warnings.empty());
}

TEST_CASE("APPS1 an ignored key is reported once for all apps") {
  std::string text = "[";
  for (int i = 0; i < 5; ++i) text += R"({"script": "x", "pid_file": "p"},)";
  const AppsFile file = parsed(text + "]");
  REQUIRE(file.warnings.size() == 1);
  CHECK_THAT(file.warnings.front(), contains("(x, x-1, x-2 and 2 more)"));
}

TEST_CASE("APPS1 which operands are apps files") {
  for (const char* word :
       {"-", "apps.json", "a/ecosystem.config.js", "x.config.cjs", "x.config.mjs", "x.yaml", "x.yml"})
    CHECK(names_apps_file(word));
  for (const char* word : {"server.js", "web", "json", "config.js.bak", "x.mjs", ""})
    CHECK_FALSE(names_apps_file(word));
}
