// The table and the JSON of `list`, `describe` and their kin.
#include <algorithm>
#include <iterator>
#include <regex>
#include <sstream>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

std::string on_terminal(const TemporaryHome& home, const Words& words, int columns, bool colour = true) {
  Command command = home.command(words);
  command.environment["TERM"] = "xterm-256color";
  command.environment["NO_COLOR"] = colour ? std::nullopt : std::optional<std::string>("1");
  Running terminal(command, 40, columns);
  return terminal.wait().out;
}

std::string without_colour(const std::string& text) {
  return std::regex_replace(text, std::regex("\x1b\\[[0-9;]*m"), "");
}

}  // namespace

TEST_CASE("LIST json has every documented key with its type", "[LIST]") {
  const TemporaryHome home;
  start(home, "web", {"say", "up", "wait"}, {"--namespace", "prod"});
  REQUIRE(wait_for_status(home, "web", "online"));
  const Json list = list_json(home);
  REQUIRE(list.at("version") == 1);
  REQUIRE(list.at("state_dir") == home.state().generic_string());
  const Json app = list.at("apps").at(0);
  REQUIRE(app.at("name") == "web");
  REQUIRE(app.at("id") == 0);
  REQUIRE(app.at("namespace") == "prod");
  REQUIRE(app.at("status") == "online");
  REQUIRE(app.at("restarts") == 0);
  REQUIRE(app.at("failures") == 0);
  REQUIRE(app.at("watching") == false);
  REQUIRE(app.at("user").is_string());
  REQUIRE(app.at("command") == Json({child_binary(), "say", "up", "wait"}));
  REQUIRE(app.at("cwd") == home.scratch().string());
  REQUIRE(app.at("logs").at("out") == home.log("web").string());
  REQUIRE(app.at("logs").at("err") == home.log("web", "err").string());
  REQUIRE(app.at("memory_bytes").get<long long>() > 0);
  REQUIRE(app.at("cpu_percent").is_number());
  const Json instance = app.at("instances").at(0);
  REQUIRE(instance.at("slot") == 0);
  REQUIRE(instance.at("status") == "online");
  REQUIRE(instance.at("uptime_ms").get<long long>() >= 0);
  REQUIRE(instance.at("memory_bytes").is_number());
  REQUIRE(instance.at("cpu_percent").is_number());
  REQUIRE(instance.at("restarts") == 0);
  // The pids are what they say.
  REQUIRE(command_line_of(instance.at("pid").get<int>()).starts_with(child_binary()));
  REQUIRE(command_line_of(app.at("supervisor_pid").get<int>()).starts_with("forever: web"));
  REQUIRE(command_line_of(app.at("keeper_pid").get<int>()).starts_with("forever: web (keeper)"));
  REQUIRE(parent_of(app.at("supervisor_pid").get<int>()) == app.at("keeper_pid").get<int>());

  done(home, {"stop", "web"});
  const Json stopped = listed(home, "web");
  REQUIRE(stopped.at("status") == "stopped");
  REQUIRE(stopped.at("supervisor_pid").is_null());
  REQUIRE(stopped.at("keeper_pid").is_null());
  REQUIRE(stopped.at("instances").at(0).at("pid").is_null());
}

TEST_CASE("LIST describe json is one element of the list with more keys", "[LIST]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--env", "PLAIN=yes"});
  const Json described = describe_json(home, "web");
  const Json element = listed(home, "web");
  for (const auto& [key, value] : element.items()) REQUIRE(described.contains(key));
  REQUIRE(described.size() > element.size());
  REQUIRE(described.dump().find("PLAIN") != std::string::npos);
}

TEST_CASE("LIST bytes that are not UTF-8 in a command leave the JSON valid", "[LIST]") {
  const TemporaryHome home;
  start(home, "web", {"wait", "--", "\xff\xfe", "\x01", "quote\"back\\"});
  REQUIRE(listed(home, "web").at("status") == "online");
  REQUIRE(describe_json(home, "web").at("status") == "online");
}

TEST_CASE("LIST the table has one aligned row for each app, with titles", "[LIST]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "a-much-longer-name", {"wait"}, {"--namespace", "production"});
  done(home, {"stop", "web"});
  const auto lines = lines_of(done(home, {"list"}).out);
  REQUIRE(lines.size() == 3);
  for (const char* title :
       {"id", "name", "namespace", "pid", "status", "restarts", "uptime", "cpu", "memory", "user"}) {
    REQUIRE_THAT(lines.at(0), contains(title));
  }
  const auto column = lines.at(0).find("status");
  REQUIRE(lines.at(1).substr(column).starts_with("stopped"));
  REQUIRE(lines.at(2).substr(column).starts_with("online"));
  // A column is as wide as its contents, and figures grow meanwhile.
  const auto titles = [](const std::string& line) {
    std::istringstream words(line);
    return Words(std::istream_iterator<std::string>(words), {});
  };
  for (const char* verb : {"ls", "ps", "status"})
    REQUIRE(titles(lines_of(done(home, {verb}).out).at(0)) == titles(lines.at(0)));
}

TEST_CASE("LIST is coloured on a terminal only, and never with NO_COLOR", "[LIST]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  REQUIRE_FALSE(has(done(home, {"list"}).out, "\x1b"));
  REQUIRE_THAT(on_terminal(home, {"list"}, 160), contains("\x1b["));
  REQUIRE_FALSE(has(on_terminal(home, {"list"}, 160, false), "\x1b"));
  REQUIRE_FALSE(has(on_terminal(home, {"describe", "web"}, 160, false), "\x1b"));
}

TEST_CASE("LIST fits into a narrow terminal, and the name and status stay", "[LIST]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--namespace", "production"});
  start(home, "a-name-that-is-rather-long-for-a-terminal", {"wait"});
  for (const int columns : {200, 100, 80, 60, 40, 30}) {
    const std::string text = without_colour(on_terminal(home, {"list"}, columns));
    INFO(columns << " columns:\n" << text);
    for (std::string line : lines_of(text)) {
      line.erase(std::remove(line.begin(), line.end(), '\r'), line.end());
      // An ellipsis is one column in three bytes.
      REQUIRE(line.size() - 2 * count_of(line, "\xe2\x80\xa6") <= static_cast<std::size_t>(columns));
    }
    REQUIRE_THAT(text, contains("web"));
    REQUIRE_THAT(text, contains("online"));
  }
}

TEST_CASE("LIST --quiet prints the names only, --sort orders the rows", "[LIST]") {
  const TemporaryHome home;
  for (const char* name : {"b", "c", "a"}) start(home, name, {"wait"});
  const auto names = [&](const Words& words) { return lines_of(done(home, Words{"list", "--quiet"} + words).out); };
  auto sorted = names({});
  std::sort(sorted.begin(), sorted.end());
  REQUIRE(sorted == std::vector<std::string>{"a", "b", "c"});
  REQUIRE(names({"--sort", "name"}) == std::vector<std::string>{"a", "b", "c"});
  const Json by_id = list_json(home).at("apps");
  REQUIRE(by_id.at(0).at("name") == "b");
  REQUIRE(by_id.at(2).at("name") == "a");
  for (const char* key : {"id", "name", "namespace", "status", "restarts", "uptime", "cpu", "memory"}) {
    REQUIRE(names({"--sort", key}).size() == 3);
  }
  REQUIRE(home.forever({"list", "-q"}).out == home.forever({"list", "--quiet"}).out);
}

TEST_CASE("LIST --watch refreshes on a terminal until Ctrl-C", "[LIST]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  Running watch(home.command({"list", "--watch"}), 24, 120);
  REQUIRE(watch.wait_for("web"));
  const auto shown = [&] { return count_of(watch.out(), "web"); };
  const auto before = shown();
  REQUIRE(wait_until([&] { return shown() > before; }));
  watch.type("\x03");
  const Result result = watch.wait();
  REQUIRE_FALSE(result.timed_out);
}

TEST_CASE("MON1 memory is of the whole tree", "[MON1]") {
  const TemporaryHome home;
  start(home, "web",
        {"fork", "allocate", "30000000", "say", "full", "wait", "end", "daemon", "allocate", "30000000", "say", "full",
         "wait", "end", "wait"});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "full") == 2; }));
  const auto bytes = listed(home, "web").at("memory_bytes").get<long long>();
  REQUIRE(bytes >= 60000000);
  REQUIRE(bytes < 200000000);
  REQUIRE_THAT(done(home, {"list"}).out, contains("M"));
}

TEST_CASE("MON1 processor time is of the whole tree", "[MON1]") {
  const TemporaryHome home;
  start(home, "web", {"fork", "burn", "60000", "end", "wait"});
  REQUIRE(wait_until([&] { return listed(home, "web").at("cpu_percent").get<double>() > 5.0; }));
  start(home, "idle", {"wait"});
  REQUIRE(listed(home, "idle").at("cpu_percent").get<double>() < 50.0);
}

TEST_CASE("MON1 an app over its memory limit is restarted, and the reason is shown", "[MON1]") {
  const TemporaryHome home;
  const std::string counter = (home.scratch() / "starts").string();
  start(home, "web", {"count", counter, "first", "1", "fork", "allocate", "60000000", "wait", "end", "end", "wait"},
        {"--max-memory", "30M"});
  REQUIRE(wait_for_log(home, "web", "count 2", "out", 20s));
  REQUIRE(wait_for_status(home, "web", "online"));
  REQUIRE_THAT(done(home, {"describe", "web"}).out, contains("max-memory"));
  REQUIRE(listed(home, "web").at("restarts") == 1);
}
