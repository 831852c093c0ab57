// What list shows: CPU of now, ready, how a task ended, and ports.
#include "test/e2e/apps.hpp"

using namespace forever::test;

TEST_CASE("REAL31 list on a terminal shows the CPU of this moment, elsewhere the average, and says which", "[REAL31]") {
  const TemporaryHome home;
  start(home, "web", {"burn", "1500", "say", "done", "wait"});
  REQUIRE(wait_for_log(home, "web", "done"));
  const auto figure = [](const std::string& table) {
    const auto lines = lines_of(table);
    REQUIRE(lines.size() >= 2);
    const std::size_t percent = lines.at(1).find('%');
    REQUIRE(percent != std::string::npos);
    const std::size_t begin = lines.at(1).rfind(' ', percent);
    return std::stod(lines.at(1).substr(begin, percent - begin));
  };
  const std::string average = done(home, {"list"}).out;
  REQUIRE_THAT(average, contains("cpu avg"));
  REQUIRE(figure(average) > 5);
  Command command = home.command({"list"});
  command.environment["NO_COLOR"] = "1";
  Running terminal(command, 24, 160);
  const Result shown = terminal.wait();
  REQUIRE_THAT(shown.out, contains("cpu now"));
  REQUIRE(figure(shown.out) < 5);
}

TEST_CASE("REAL31 ready is true in JSON once --wait has succeeded", "[REAL31]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--wait", "--min-uptime", "300ms"});
  REQUIRE(listed(home, "web").at("ready") == true);
  REQUIRE(listed(home, "web").at("instances").at(0).at("ready") == true);
  start(home, "slow", {"wait"}, {"--min-uptime", "1h"});
  REQUIRE(listed(home, "slow").at("ready") == false);
}

TEST_CASE("REAL31 a task that has ended differs from what was stopped, and counts no failure", "[REAL31]") {
  const TemporaryHome home;
  start(home, "task", {"exit", "0"}, {"--restart", "never"});
  start(home, "bad", {"exit", "3"}, {"--restart", "never"});
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  REQUIRE(wait_for_status(home, "task", "stopped"));
  REQUIRE(wait_for_status(home, "bad", "stopped"));
  const std::string table = done(home, {"list"}).out;
  REQUIRE_THAT(table, contains("exited 0") && contains("exited 3") && contains("stopped"));
  REQUIRE(listed(home, "task").at("ended") == "exited 0");
  REQUIRE(listed(home, "task").at("failures") == 0);
  REQUIRE_FALSE(listed(home, "web").contains("ended"));
}

TEST_CASE("REAL33 the ports that an app listens on are in JSON, in describe and in a column", "[REAL33]") {
  const TemporaryHome home;
  const int port = free_port();
  start(home, "web", {"fork", "listen", std::to_string(port), "wait", "end", "wait"});
  start(home, "mute", {"wait"});
  REQUIRE(wait_until([&] { return can_connect(port); }));
  REQUIRE(listed(home, "web").at("listening") == Json::array({port}));
  REQUIRE(listed(home, "mute").at("listening").empty());
  REQUIRE_THAT(done(home, {"describe", "web"}).out, contains("listens on") && contains(std::to_string(port)));
  REQUIRE(describe_json(home, "web").at("listening") == Json::array({port}));
  done(home, {"columns", "set", "name", "ports"});
  REQUIRE_THAT(done(home, {"list"}).out, contains("ports") && contains(std::to_string(port)));
}

TEST_CASE("REAL33 start tells of a used port off a terminal as well, and waits only if the port is used", "[REAL33]") {
  const TemporaryHome home;
  const std::string port = std::to_string(free_port());
  start(home, "web", {"listen", port, "wait"});
  REQUIRE(wait_until([&] { return can_connect(std::stoi(port)); }));
  const Result refused = home.forever(start_words(
      "api", {"-e", "PORT=" + port},
      {"stream", "err", "partial", "Error: listen EADDRINUSE: address already in use :::" + port + "\n", "exit", "1"}));
  INFO(refused.out << refused.err);
  REQUIRE(refused.exit_code == 1);
  REQUIRE_THAT(refused.err, contains("port " + port + " is held by"));
}
