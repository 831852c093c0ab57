// The command lines of PM2 and nodemon, put into ours.
#include "cli/faces/face.hpp"
#include "cli/faces/nodemon.hpp"
#include "cli/faces/pm2.hpp"
#include "cli/faces/pm2_answers.hpp"
#include "cli/grammar/parse.hpp"
#include "test/support/catch.hpp"
#include "test/support/json.hpp"
#include "text/split.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;
using Words = std::vector<std::string>;

namespace {

// `web` runs, `old` is stopped, app.js and ecosystem.config.js are files.
Named ask(const std::string& word) {
  if (word == "web" || word == "0") return Named::running_app;
  if (word == "old") return Named::stopped_app;
  return word == "app.js" || word == "ecosystem.config.js" || word == "src" ? Named::file : Named::nothing;
}

Words cut(const std::string& line) {
  Words words;
  for (const std::string_view word : split_words(line, ' ')) words.emplace_back(word);
  return words;
}

std::string joined(const Translation& translation) {
  std::string text;
  for (const Words& words : translation.commands) {
    if (!text.empty()) text += "; ";
    for (const std::string& word : words) text += (&word == words.data() ? "" : " ") + word;
  }
  return text;
}

Translation pm2(const std::string& line) {
  INFO(line);
  auto translated = from_pm2(cut(line), ask);
  if (const auto* error = std::get_if<UsageError>(&translated)) FAIL(line << ": " << error->message);
  return std::get<Translation>(translated);
}

std::string refused(const std::string& line) {
  const auto translated = from_pm2(cut(line), ask);
  const auto* error = std::get_if<UsageError>(&translated);
  return error == nullptr ? "" : error->message;
}

// Our own grammar takes every command that comes out.
void check_parses(const Translation& translation) {
  for (const Words& words : translation.commands) {
    const auto parsed = parse(words, [](const std::string&) { return PathKind::file; });
    const auto* error = std::get_if<UsageError>(&parsed);
    INFO(joined(translation) << (error == nullptr ? "" : ": " + error->message));
    CHECK(error == nullptr);
  }
}

}  // namespace

TEST_CASE("PM2A the face is taken from the name that the binary is called by, or from the first word") {
  Words words{"start", "app.js"};
  CHECK(take_face("/usr/local/bin/pm2", words) == Face::pm2);
  CHECK(take_face("C:\\tools\\pm2.exe", words) == Face::pm2);
  CHECK(take_face("pm2-runtime", words) == Face::pm2_runtime);
  CHECK(take_face("./nodemon", words) == Face::nodemon);
  CHECK(take_face("forever", words) == Face::forever);
  CHECK(words == Words{"start", "app.js"});
  words = {"pm2", "list"};
  CHECK(take_face("/bin/forever", words) == Face::pm2);
  CHECK(words == Words{"list"});
}

TEST_CASE("PM2A each verb of PM2 is one of ours, and ours takes it") {
  const std::pair<const char*, const char*> kPairs[] = {
      {"list", "list"},
      {"ls", "list"},
      {"ps -m", "list"},
      {"status --sort name:desc", "list --sort=name"},
      {"show web", "describe web"},
      {"desc 0", "describe 0"},
      {"stop web old", "stop web old"},
      {"stop all -s", "stop all --quiet"},
      {"delete web", "delete web"},
      {"del all", "delete all"},
      {"restart web", "restart web"},
      {"restart web old --update-env", "restart web --update-env; restart old --update-env"},
      {"reload web", "reload web"},
      {"gracefulReload all", "reload all"},
      {"reload old", "restart old"},
      {"startOrReload ecosystem.config.js --env production", "reload ecosystem.config.js --env-name=production"},
      {"startOrRestart ecosystem.config.js --only web", "restart ecosystem.config.js --only=web"},
      {"flush", "flush all"},
      {"flush web", "flush web"},
      {"pid", "pid all"},
      {"reset all", "reset all"},
      {"scale web 3", "scale web 3"},
      {"scale web +1", "scale web +1"},
      {"scale web -1", "scale web -1"},
      {"sendSignal SIGUSR2 web", "signal SIGUSR2 web"},
      {"send web hello", "send web hello"},
      {"monit", "monit"},
      {"dump", "save"},
      {"save --force", "save"},
      {"resurrect", "resurrect"},
      {"reloadLogs", "reopen"},
      {"env 0", "env 0"},
      {"init", "init"},
      {"update", "upgrade"},
      {"kill", "delete all"},
      {"startup systemd", "startup"},
      {"unstartup", "unstartup"},
      {"logs web --lines 50 --nostream", "logs web --lines=50"},
      {"logs", "logs --lines=15 --follow"},
      {"logs --err --raw web", "logs web --err --raw --lines=15 --follow"},
      {"start all", "restart all"},
      {"start old", "restart old"},
      {"start web", "restart web"},
      {"start", "restart ecosystem.config.js"},
      {"start ecosystem.config.js --env production", "restart ecosystem.config.js --env-name=production"},
  };
  for (const auto& [theirs, ours] : kPairs) {
    const Translation translation = pm2(theirs);
    CHECK(joined(translation) == ours);
    check_parses(translation);
  }
}

TEST_CASE("PM2A each option of PM2's start is ours, with its unit") {
  const std::pair<const char*, const char*> kPairs[] = {
      {"-n api", "--name=api"},
      {"--name=api", "--name=api"},
      {"-i 4", "--instances=4"},
      {"-i max", "--instances=max"},
      {"-i -1", "--instances=-1"},
      {"--max-memory-restart 300M", "--max-memory=300M"},
      {"--restart-delay 500", "--restart-delay=500ms"},
      {"--restart-delay=3s", "--restart-delay=3s"},
      {"--exp-backoff-restart-delay=100", "--backoff-first=100ms"},
      {"--max-restarts 7", "--max-restarts=7"},
      {"--no-autorestart", "--restart=never"},
      {"--stop-exit-codes 0 3", "--stop-exit-codes=0,3"},
      {"-o out.log -e err.log", "--out=out.log --err=err.log"},
      {"--time", "--log-time"},
      {"--log-type json", "--log-format=json"},
      {"--cron-restart=@daily", "--cron-restart=@daily"},
      {"--watch", "--watch"},
      {"--ignore-watch=node_modules", "--ignore=node_modules"},
      {"--watch-delay 2", "--watch-delay=2s"},
      {"--no-treekill", "--kill-mode=process"},
      {"--namespace shop", "--namespace=shop"},
      {"--listen-timeout 8000", "--ready-timeout=8000ms"},
      {"--cwd /tmp", "--cwd=/tmp"},
  };
  for (const auto& [theirs, ours] : kPairs) {
    const Translation translation = pm2("start app.js " + std::string{theirs});
    INFO(theirs);
    CHECK_THAT(joined(translation), contains(" " + std::string{ours}));
    CHECK_THAT(joined(translation), contains("--kill-signal=INT"));
    CHECK_THAT(joined(translation), contains("--kill-timeout=1600ms"));
    CHECK(translation.remarks.empty());
    check_parses(translation);
  }
  CHECK_THAT(joined(pm2("start app.js -k 3000")), contains("--kill-timeout=3000ms"));
  CHECK_THAT(joined(pm2("start app.js --node-args --inspect")), contains("--interpreter=node --inspect"));
  CHECK_THAT(joined(pm2("start app.js --watch src")), contains("--watch=src"));
  CHECK(joined(pm2("start app.js -- --port 81 -x")).ends_with(" -- --port 81 -x"));
  CHECK_THAT(joined(pm2("start app.js -l all.log")), contains("--out=all.log --merge-logs"));
}

TEST_CASE("PM2A what has no meaning here is passed over, aloud where it matters") {
  CHECK(pm2("start app.js --no-color --no-vizion --source-map-support").remarks.empty());
  const Translation translation = pm2("start app.js --wait-ready --pid app.pid");
  REQUIRE(translation.remarks.size() == 2);
  CHECK_THAT(translation.remarks[0], contains("--wait-ready"));
  CHECK_THAT(translation.remarks[1], contains("pm2 pid APP"));
}

TEST_CASE("PM2A a program that runs already is not started twice, unless it is asked for") {
  CHECK_THAT(refused("start app.js -n web"), contains("runs already"));
  const std::string forced = joined(pm2("start app.js -n web -f"));
  CHECK_THAT(forced, !contains("--name"));
  CHECK_THAT(joined(pm2("start app.js -n old")), contains("start app.js --name=old"));
}

TEST_CASE("PM2A an error is reported in one line with the nearest word") {
  CHECK_THAT(refused("lst"), contains("'list'"));
  CHECK_THAT(refused("restrat web"), contains("'restart'"));
  CHECK_THAT(refused("start app.js --max-memory-restrat 3M"), contains("'--max-memory-restart'"));
  CHECK_THAT(refused("start app.js -n"), contains("needs a value"));
  CHECK_THAT(refused("restart"), contains("needs an app"));
  for (const char* sold :
       {"deploy production", "plus", "install pm2-logrotate", "set a b", "trigger web x", "report"}) {
    INFO(sold);
    CHECK_FALSE(refused(sold).empty());
    CHECK_THAT(refused(sold), !contains("has no command"));
  }
}

TEST_CASE("PM2B jlist says of every process what PM2's callers read") {
  AppLook look;
  look.view.name = look.view.status.name = "web";
  look.view.status.id = 3;
  look.state = "online";
  for (std::uint32_t slot = 0; slot < 2; ++slot) {
    InstanceStatus instance;
    instance.slot = slot;
    instance.process.pid = 100 + static_cast<Pid>(slot);
    look.view.status.instances.push_back(instance);
    look.instances.push_back({.alive = true, .memory_bytes = 1024, .cpu_percent = 1.5, .state = "online"});
  }
  AppSpec spec;
  spec.script = "app.js";
  spec.directory = "/srv";
  spec.instances = 2;
  spec.environment = {"PORT=80"};
  const auto list = test::parse_json(pm2_list({look}, {spec}, false));
  REQUIRE(list.size() == 2);
  CHECK(list[1]["pid"] == 101);
  CHECK(list[1]["pm_id"] == 3);
  CHECK(list[1]["pm2_env"]["NODE_APP_INSTANCE"] == 1);
  CHECK(list[0]["name"] == "web");
  CHECK(list[0]["monit"]["memory"] == 1024);
  CHECK(list[0]["pm2_env"]["status"] == "online");
  CHECK(list[0]["pm2_env"]["pm_exec_path"] == "/srv/app.js");
  CHECK(list[0]["pm2_env"]["exec_interpreter"] == "node");
  CHECK(list[0]["pm2_env"]["exec_mode"] == "cluster_mode");
  CHECK(list[0]["pm2_env"]["PORT"] == "80");
  look.state = "failed";
  for (InstanceLook& instance : look.instances) instance = {.state = "failed"};
  CHECK(test::parse_json(pm2_list({look}, {std::nullopt}, true))[0]["pm2_env"]["status"] == "errored");
  CHECK(pm2_list({}, {}, false) == "[]\n");
  CHECK(pm2_ids({look, look}, "web") == "[ 3, 3 ]\n");
  CHECK(pm2_ids({look}, "other") == "[]\n");
}

TEST_CASE("PM2C nodemon's options are those of dev, and what follows the program is the program's") {
  const auto from = [](const std::string& line) {
    auto translated = from_nodemon(
        cut(line), [](const std::string&) { return true; }, [] { return std::string{"index.js"}; });
    if (const auto* error = std::get_if<UsageError>(&translated)) return error->message;
    check_parses(std::get<Translation>(translated));
    return joined(std::get<Translation>(translated));
  };
  CHECK(from("server.js") == "dev server.js");
  CHECK(from("") == "dev index.js");
  CHECK(from("-w src -w lib -e js,ts --delay 2 app.js --watch x") ==
        "dev app.js --watch=src --watch=lib --ext=js,ts --watch-delay=2s -- --watch x");
  CHECK(from("--delay 2500ms -i tmp app.js") == "dev app.js --watch-delay=2500ms --ignore=tmp");
  CHECK(from("-x python3 app.py") == "dev app.py --exec=python3");
  CHECK(from("--signal SIGHUP app.js 1 2") == "dev app.js --kill-signal=SIGHUP -- 1 2");
  CHECK(from("--inspect app.js") == "dev app.js --interpreter=node --inspect");
  CHECK_THAT(from("--wtach src app.js"), contains("'--watch'"));
}
