// Every attribute that PM2 and forever publish: carried over, told as not carried over, or without a meaning here.
//
// PM2's: lib/API/schema.json and the start options in types/index.d.ts of version 7. forever's: the options of
// forever-monitor 3's Monitor and those that forever 4 takes from a JSON file.
#include "cli/apps_file/apps_file.hpp"
#include "test/support/catch.hpp"
#include "test/support/run.hpp"

using namespace forever;
using namespace forever::cli;

namespace {

enum class Fate : std::uint8_t { carried, told, meaningless };
using enum Fate;

struct Published {
  const char* name;
  Fate fate;
  const char* value;        // the value in the file
  const char* reason = "";  // why it means nothing here
  const char* beside = "";  // other keys that it needs
};

const Published kPm2s[] = {
    {"script", carried, R"("y")"},
    {"exec", carried, R"("y")"},
    {"name", carried, R"("web")"},
    {"name_prefix", carried, R"("a-")", "", R"("name": "web")"},
    {"filter_env", told, R"(["A"])"},
    {"namespace", carried, R"("shop")"},
    {"install_url", meaningless, R"("x")", "written by pm2 install, for modules of PM2"},
    {"cwd", carried, R"("/opt")"},
    {"args", carried, R"("a b")"},
    {"exec_interpreter", carried, R"("python3")"},
    {"interpreter", carried, R"("python3")"},
    {"node_args", carried, R"("--inspect")", "", R"("interpreter": "node")"},
    {"interpreterArgs", carried, R"("-u")", "", R"("interpreter": "node")"},
    {"interpreter_args", carried, R"("-u")", "", R"("interpreter": "node")"},
    {"out_file", carried, R"("o")"},
    {"out", carried, R"("o")"},
    {"output", carried, R"("o")"},
    {"out_log", carried, R"("o")"},
    {"error_file", carried, R"("e")"},
    {"error", carried, R"("e")"},
    {"err", carried, R"("e")"},
    {"err_file", carried, R"("e")"},
    {"err_log", carried, R"("e")"},
    {"log_file", carried, R"("l")"},
    {"log", carried, R"("l")"},
    {"disable_logs", carried, "true"},
    {"log_type", carried, R"("json")"},
    {"log_date_format", told, R"("YYYY")"},
    {"time", carried, "true"},
    {"env", carried, R"({"A": "1"})"},
    {"env_production", meaningless, R"({"A": "1"})", "until --env-name production asks for it"},
    {"max_memory_restart", carried, R"("100M")"},
    {"pid_file", told, R"("p")"},
    {"pid", told, R"("p")"},
    {"restart_delay", carried, "500"},
    {"exp_backoff_restart_delay", carried, "100"},
    {"source_map_support", meaningless, "true", "patches Node; NODE_OPTIONS=--enable-source-maps is Node's own"},
    {"disable_source_map_support", meaningless, "true", "there is none to be disabled"},
    {"wait_ready", told, "true"},
    {"instances", carried, "2"},
    {"kill_timeout", carried, "100"},
    {"shutdown_with_message", told, "true"},
    {"listen_timeout", carried, "100"},
    {"cron_restart", carried, R"("* * * * *")"},
    {"cron", carried, R"("* * * * *")"},
    {"merge_logs", meaningless, "true", "the instances of an app share their files in any case"},
    {"combine_logs", meaningless, "true", "the same"},
    {"vizion", meaningless, "true", "shows the version control's state in PM2's table"},
    {"autostart", told, "false"},
    {"autorestart", carried, "false"},
    {"stop_exit_codes", carried, "[0]"},
    {"watch_delay", carried, "100"},
    {"watch", carried, "true"},
    {"ignore_watch", carried, R"(["x"])"},
    {"watch_options", told, R"({"usePolling": true})"},
    {"min_uptime", carried, "100"},
    {"max_restarts", carried, "3"},
    {"execute_command", meaningless, "true", "of PM2's own command line"},
    {"exec_mode", meaningless, R"("cluster")", "any program shares its ports, and instances says whether"},
    {"force", meaningless, "true", "a second copy is an app with another name"},
    {"append_env_to_name", meaningless, "true", "without --env-name"},
    {"post_update", told, R"(["x"])"},
    {"trace", meaningless, "true", "of PM2's agent"},
    {"disable_trace", meaningless, "true", "of PM2's agent"},
    {"v8", meaningless, "true", "of PM2's agent"},
    {"event_loop_inspector", meaningless, "true", "of PM2's agent"},
    {"deep_monitoring", meaningless, "true", "of PM2's agent"},
    {"increment_var", carried, R"("PORT")"},
    {"instance_var", told, R"("SLOT")"},
    {"pmx", meaningless, "true", "of PM2's agent"},
    {"automation", meaningless, "true", "of PM2's agent"},
    {"treekill", carried, "false"},
    {"port", carried, "8081"},
    {"username", meaningless, R"("x")", "PM2's record of who started it"},
    {"uid", carried, R"("www")"},
    {"user", carried, R"("www")"},
    {"gid", carried, R"("www")"},
    {"windowsHide", meaningless, "true", "no window is ever shown"},
    {"kill_retry_time", meaningless, "100", "the end of a process is told by the kernel, not polled for"},
    {"write", meaningless, "true", "of PM2's own command line"},
    {"io", meaningless, "{}", "of PM2's agent"},
    {"container", told, "true"},
    {"dist", told, "true"},
    {"image_name", told, R"("x")"},
};

const Published kForevers[] = {
    {"script", carried, R"("y")"},
    {"uid", carried, R"("web")", "", R"("append": true)"},
    {"command", carried, R"("python3")"},
    {"args", carried, R"(["a"])"},
    {"options", carried, R"(["a"])"},
    {"sourceDir", carried, R"("/opt")"},
    {"workingDir", carried, R"("/opt")"},
    {"cwd", carried, R"("/opt")"},
    {"env", carried, R"({"A": "1"})"},
    {"max", carried, "3"},
    {"minUptime", carried, "100"},
    {"spinSleepTime", carried, "100"},
    {"watch", carried, "true"},
    {"watchDirectory", carried, R"("/opt")", "", R"("watch": true)"},
    {"watchIgnorePatterns", carried, R"(["x"])"},
    {"watchIgnore", carried, R"(["x"])"},
    {"watchIgnoreDotFiles", meaningless, "true", ".git and the like are ignored, other dot files are watched"},
    {"usePolling", carried, "true"},
    {"pollingInterval", meaningless, "100", "without usePolling"},
    {"killTree", carried, "false"},
    {"killSignal", carried, R"("SIGINT")"},
    {"killTTL", told, "100"},
    {"logFile", carried, R"("l")"},
    {"outFile", carried, R"("o")"},
    {"errFile", carried, R"("e")"},
    {"append", meaningless, "true", "a log is always written on"},
    {"silent", meaningless, "true", "nothing is written to the console"},
    {"pidFile", told, R"("p")"},
    {"hideEnv", told, R"(["A"])"},
    {"spawnWith", told, R"({"a": 1})"},
    {"stdio", told, R"(["ignore"])"},
    {"fork", meaningless, "true", "there is no channel to Node programs"},
    {"parser", meaningless, "null", "a function, which no file holds"},
    {"checkFile", meaningless, "true", "whether it can be started is looked at in any case"},
    {"id", meaningless, R"("x")", "of an embedding program"},
    {"root", told, R"("/r")"},
    {"path", told, R"("/r")"},
    {"pidPath", told, R"("/r")"},
    {"sockPath", told, R"("/r")"},
};

AppsFile parsed(const Published& attribute, bool with_it, const char* in) {
  const std::string name = attribute.name;
  const bool program = name == "script" || name == "exec";
  std::string text = program && with_it ? std::string{"{"} : std::string{"{\"script\": \"x\""};
  const auto add = [&](const std::string& keys) { text += (text == "{" ? "" : ", ") + keys; };
  if (*attribute.beside != '\0') add(attribute.beside);
  if (with_it) add("\"" + name + "\": " + attribute.value);
  const auto file = parse_apps(text + "}", {in, "/srv", "/home/me", {}, {}});
  INFO(text);
  if (!file) FAIL(name << ": " << file.error().message());
  return *file;
}

// `in`: the name of a file in the form of its publisher.
void check(const Published& attribute, const char* in) {
  INFO(attribute.name);
  const AppsFile without = parsed(attribute, false, in), with = parsed(attribute, true, in);
  const bool changes = !(without.apps.front().request == with.apps.front().request);
  switch (attribute.fate) {
    case carried:
      CHECK(changes);
      CHECK(with.warnings.empty());
      return;
    case told:
      REQUIRE(with.warnings.size() == 1);
      CHECK_THAT(with.warnings.front(), forever::test::contains("is ignored: "));
      return;
    case meaningless:
      CHECK_FALSE(changes);
      CHECK(with.warnings.empty());
      CHECK(*attribute.reason != '\0');
  }
}

}  // namespace

TEST_CASE("APPS1 every attribute that PM2 publishes is carried over, told, or without a meaning for a reason") {
  for (const Published& attribute : kPm2s) check(attribute, "ecosystem.json");
}

TEST_CASE("APPS1 every attribute that forever publishes is carried over, told, or without a meaning for a reason") {
  for (const Published& attribute : kForevers) check(attribute, "apps.json");
}
