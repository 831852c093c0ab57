// ID: a verb touches what was meant and nothing else.
#include <algorithm>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

constexpr int kNotFound = 3;

// The number in `list --json` under which the app is known.
std::string id_of(const TemporaryHome& home, const std::string& name) {
  return std::to_string(listed(home, name).at("id").get<int>());
}

void require_untouched(const TemporaryHome& home, const Words& arguments, const Words& said) {
  const Json before = list_json(home);
  const Result result = home.forever(arguments);
  INFO("forever " << arguments.at(0) << " " << arguments.at(1) << " printed: " << result.out << result.err);
  REQUIRE(result.exit_code == kNotFound);
  for (const std::string& part : said) REQUIRE_THAT(result.err, contains(part));
  const Json after = list_json(home);
  for (std::size_t i = 0; i < before.at("apps").size(); ++i) {
    REQUIRE(after.at("apps").at(i).at("instances").at(0).at("pid") ==
            before.at("apps").at(i).at("instances").at(0).at("pid"));
  }
}

// A process is known by its pid and its start time, which the kernel counts in ticks of 10 ms: two processes of one tick
// cannot represent a reused pid.
void let_ticks_pass() {
  const auto begin = Clock::now();
  REQUIRE(wait_until([&] { return Clock::now() - begin >= 30ms; }));
}

// Puts another process into the app's record, as if its pid had been reused.
void forge_pid(const TemporaryHome& home, const std::string& name, int pid) {
  const auto file = home.app(name) / "status.json";
  auto status = nlohmann::ordered_json::parse(read_file(file));
  const std::string old = std::to_string(pid_of(home, name));
  REQUIRE(old != "0");
  kill_watchers(home, name);
  send_signal(std::stoi(old), SIGKILL);
  std::string text = read_file(file);
  std::size_t replaced = 0;
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += old.size()) {
    const bool whole = (at == 0 || std::isdigit(static_cast<unsigned char>(text[at - 1])) == 0) &&
                       std::isdigit(static_cast<unsigned char>(text[at + old.size()])) == 0;
    if (!whole) continue;
    text.replace(at, old.size(), std::to_string(pid));
    ++replaced;
  }
  REQUIRE(replaced > 0);
  write_file(file, text);
}

}  // namespace

TEST_CASE("ID1 a record that names an unrelated process does not harm it and is cleaned", "[ID1]") {
  for (const Words& verb : {Words{"stop", "web"}, Words{"stop", "web", "--force"}, Words{"restart", "web"},
                            Words{"signal", "KILL", "web"}, Words{"delete", "web"}, Words{"list"}}) {
    const TemporaryHome home;
    Command command;
    command.argv = {child_binary(), "trap-all", "say", "ready", "wait"};
    Running stranger(command);
    REQUIRE(stranger.wait_for("ready"));
    let_ticks_pass();
    start(home, "web", {"wait"});
    forge_pid(home, "web", stranger.pid());

    const Result result = home.forever(verb);
    INFO("forever " << verb.at(0) << ": " << result.out << result.err);
    REQUIRE_FALSE(result.timed_out);
    REQUIRE(alive(stranger.pid()));
    REQUIRE(pid_of(home, "web") != stranger.pid());
    REQUIRE_FALSE(has(stranger.out(), "signal "));
  }
}

TEST_CASE("ID1 a stale record is not a success: stop by the unrelated pid finds nothing", "[ID1]") {
  const TemporaryHome home;
  Command command;
  command.argv = {child_binary(), "wait"};
  const Running stranger(command);
  let_ticks_pass();
  start(home, "web", {"wait"});
  forge_pid(home, "web", stranger.pid());
  const Result result = home.forever({"stop", "pid:" + std::to_string(stranger.pid())});
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 1);
  require_one_line(result.err, std::to_string(stranger.pid()));
  REQUIRE(alive(stranger.pid()));
}

TEST_CASE("ID2 an app is meant by name, id, pid of instance, supervisor or keeper, namespace or all", "[ID2]") {
  const TemporaryHome home;
  start(home, "other", {"wait"});
  start(home, "web", {"wait"}, {"--namespace", "prod"});
  const int other = pid_of(home, "other");
  const auto selectors = [&] {
    const Json app = listed(home, "web");
    const auto text = [](const Json& number) { return std::to_string(number.get<int>()); };
    const std::string id = text(app.at("id"));
    const std::string pid = text(app.at("instances").at(0).at("pid"));
    return Words{"web",
                 id,
                 pid,
                 text(app.at("supervisor_pid")),
                 text(app.at("keeper_pid")),
                 "prod",
                 "name:web",
                 "id:" + id,
                 "pid:" + pid,
                 "pid:" + text(app.at("keeper_pid")),
                 "ns:prod"};
  };
  for (std::size_t i = 0; i < selectors().size(); ++i) {
    const std::string selector = selectors().at(i);
    INFO("selector " << selector);
    done(home, {"stop", selector});
    REQUIRE(status_of(home, "web") == "stopped");
    REQUIRE(pid_of(home, "other") == other);
    done(home, {"start", "web"});
    REQUIRE(wait_for_status(home, "web", "online"));
  }
  done(home, {"stop", "all"});
  REQUIRE(status_of(home, "web") == "stopped");
  REQUIRE(status_of(home, "other") == "stopped");
}

TEST_CASE("ID2 an app is meant by a port that one of its processes listens on", "[ID2]") {
  const TemporaryHome home;
  const std::string port = std::to_string(free_port());
  start(home, "web", {"fork", "listen", port, "wait", "end", "wait"});
  start(home, "other", {"wait"});
  REQUIRE(wait_until([&] { return can_connect(std::stoi(port)); }));
  done(home, {"stop", "port:" + port});
  REQUIRE(status_of(home, "web") == "stopped");
  REQUIRE(status_of(home, "other") == "online");
  REQUIRE(home.forever({"stop", "port:" + port}).exit_code == kNotFound);
}

TEST_CASE("ID2 several selectors name several apps, each once", "[ID2]") {
  const TemporaryHome home;
  for (const char* name : {"a", "b", "c"}) start(home, name, {"wait"});
  const int c = pid_of(home, "c");
  done(home, {"stop", "a", "name:b", "a"});
  REQUIRE(status_of(home, "a") == "stopped");
  REQUIRE(status_of(home, "b") == "stopped");
  REQUIRE(pid_of(home, "c") == c);
}

TEST_CASE("ID2 the key that matched is reported", "[ID2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--namespace", "prod"});
  const int pid = pid_of(home, "web");
  const Result by_pid = done(home, {"restart", std::to_string(pid)});
  REQUIRE_THAT(by_pid.out + by_pid.err, contains("pid " + std::to_string(pid)));
  const Result by_namespace = done(home, {"stop", "prod"});
  REQUIRE_THAT(by_namespace.out + by_namespace.err, contains("namespace prod"));
}

TEST_CASE("ID2 an unknown selector touches nothing, and the nearest name is offered", "[ID2]") {
  const TemporaryHome home;
  start(home, "website", {"wait"});
  start(home, "worker", {"wait"});
  for (const char* verb : {"stop", "restart", "delete", "describe", "logs", "flush", "pid", "reopen"}) {
    require_untouched(home, {verb, "websiet"}, {"websiet", "website"});
  }
  require_untouched(home, {"signal", "USR1", "websiet"}, {"websiet"});
  require_untouched(home, {"stop", "worker", "nobody"}, {"nobody"});
  for (const char* selector : {"id:77", "pid:1", "ns:nowhere", "port:1", "name:none", "77", "999999999999"}) {
    require_untouched(home, {"stop", selector}, {});
  }
}

TEST_CASE("ID2 a word with two readings touches nothing, and both are named", "[ID2]") {
  const TemporaryHome home;
  start(home, "prod", {"wait"});
  start(home, "web", {"wait"}, {"--namespace", "prod"});
  for (const char* verb : {"stop", "restart", "delete"}) {
    require_untouched(home, {verb, "prod"}, {"name", "namespace", "web"});
  }
  done(home, {"stop", "ns:prod"});
  REQUIRE(status_of(home, "web") == "stopped");
  REQUIRE(status_of(home, "prod") == "online");
  done(home, {"stop", "name:prod"});
  REQUIRE(status_of(home, "prod") == "stopped");
}

TEST_CASE("ID2 an id that two apps have changes nothing, with every verb", "[ID2]") {
  const TemporaryHome home;
  for (const char* name : {"web", "api"}) start(home, name, {"wait"});
  done(home, {"stop", "all"});
  const auto file = home.app("api") / "status.json";
  Json status = read_json(file);
  status["id"] = 0;
  write_file(file, status.dump());
  for (const char* verb : {"start", "stop", "restart", "delete", "describe", "pid"}) {
    for (const char* word : {"0", "00"}) require_untouched(home, {verb, word}, {"the id 0", "web", "api", "by name"});
  }
  require_untouched(home, {"start", "7"}, {"the id 7"});
  require_untouched(home, {"start", "999999999999"}, {"999999999999"});
  done(home, {"start", "api"});
  REQUIRE(status_of(home, "web") == "stopped");
}

TEST_CASE("ID2 a namespace stops all of its apps and no other", "[ID2]") {
  const TemporaryHome home;
  start(home, "a", {"wait"}, {"--namespace", "blue"});
  start(home, "b", {"wait"}, {"--namespace", "blue"});
  start(home, "c", {"wait"});
  const int c = pid_of(home, "c");
  done(home, {"stop", "ns:blue"});
  REQUIRE(status_of(home, "a") == "stopped");
  REQUIRE(status_of(home, "b") == "stopped");
  REQUIRE(pid_of(home, "c") == c);
}

TEST_CASE("ID2 a verb that needs a selector is an error without one", "[ID2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  for (const char* verb : {"stop", "restart", "delete", "describe", "flush", "signal"}) {
    const Result result = home.forever({verb});
    INFO(verb << ": " << result.out << result.err);
    REQUIRE(result.exit_code == 2);
    require_one_line(result.err);
  }
  REQUIRE(status_of(home, "web") == "online");
}

TEST_CASE("ID3 stopping one of three leaves the others' pids unchanged", "[ID3]") {
  const TemporaryHome home;
  for (const char* name : {"a", "b", "c"}) start(home, name, {"wait"});
  const int a = pid_of(home, "a");
  const int c = pid_of(home, "c");
  done(home, {"stop", "b"});
  REQUIRE(pid_of(home, "a") == a);
  REQUIRE(pid_of(home, "c") == c);
  done(home, {"restart", "a"});
  REQUIRE(pid_of(home, "a") != a);
  REQUIRE(pid_of(home, "c") == c);
  done(home, {"delete", "b"});
  REQUIRE(pid_of(home, "c") == c);
  REQUIRE(id_of(home, "c") == "2");
}
