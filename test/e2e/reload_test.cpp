// CLU2, CLU4: reload replaces workers one by one, and no connection is lost.
#include <algorithm>
#include <thread>

#include "test/e2e/shared_ports.hpp"

using namespace forever::test;

TEST_CASE("CLU2 20 reloads under load lose no request, for a server without any handler", "[CLU2]") {
  NEED_SHARING();
  reload_under_load(nullptr, {"-i", "2"}, 20);
}

TEST_CASE("CLU2 reloads of a Node server without any handler lose no request", "[CLU2]") {
  NEED_SHARING();
  NEED("node");
  reload_under_load(&kNode, {"-i", "2"}, 4);
}

TEST_CASE("CLU2 reloads of a Python server lose no request", "[CLU2]") {
  NEED_SHARING();
  NEED("python3");
  reload_under_load(&kPython, {"-i", "2"}, 3);
}

TEST_CASE("CLU2 a change of watched files reloads workers that share a port, and no request is lost", "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const auto tree = home.scratch() / "tree";
  std::filesystem::create_directory(tree);
  start_workers(home, nullptr, port, {"-i", "2", "--watch=" + tree.string(), "--watch-delay", "10ms"});
  const auto before = pids_of(home);
  Load load(port, 4);
  REQUIRE(served(load, 20));
  write_file(tree / "main.js", "new");
  REQUIRE(wait_until(
      [&] {
        const auto now = pids_of(home);
        return now.size() == 2 &&
               std::ranges::none_of(now, [&](int pid) { return std::ranges::find(before, pid) != before.end(); });
      },
      30s));
  REQUIRE(served(load, 20));
  require_none_lost(load.stop());
}

TEST_CASE(
    "CLU2 a single instance with held ports is reloaded without a lost request, and restarted without a refused one",
    "[CLU2]") {
  NEED_SHARING();
  reload_under_load(nullptr, {"--hold-ports"}, 5);
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, nullptr, port, {"--hold-ports"});
  Load load(port, 4);
  for (int round = 0; round < 5; ++round) {
    done(home, {"restart", "web"});
    REQUIRE(served(load, 20));
  }
  const LoadResult result = load.stop();
  INFO(result.first_failure);
  CHECK(result.refused == 0);
  CHECK(result.failed <= 5 * 4);  // those that the process had in its hands when it was stopped
}

TEST_CASE("CLU2 the exits of a reload are told as such, those of a watched change as its", "[CLU2]") {
  const TemporaryHome home;
  const auto last_trigger = [&] {
    return describe_json(home, "web").at("last_exits").back().at("trigger").get<std::string>();
  };
  const std::filesystem::path tree = home.scratch() / "tree";
  std::filesystem::create_directory(tree);
  for (const Words& options : {Words{"--hold-ports"}, Words{}}) {
    start(home, "web", {"listen", std::to_string(free_port()), "wait"},
          Words{"--cwd", tree, "--watch", "--watch-delay", "0", "--min-uptime", "50ms"} + options);
    done(home, {"reload", "web"});
    REQUIRE(wait_until([&] { return describe_json(home, "web").at("last_exits").size() == 1; }));
    CHECK(last_trigger() == "reload");
    write_file(tree / "x", options.empty() ? "1" : "2");
    REQUIRE(wait_until([&] { return describe_json(home, "web").at("last_exits").size() == 2; }));
    CHECK(last_trigger() == "watch");
    done(home, {"delete", "web"});
  }
}

TEST_CASE("CLU2 what holds no ports is restarted by reload, and that is said", "[CLU2]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--min-uptime", "100ms"});
  const int before = pid_of(home, "web");
  const Result result = done(home, {"reload", "web"});
  CHECK(has(result.out, "its ports are not held, so it was restarted"));
  CHECK_FALSE(alive(before));
  CHECK(home.forever({"reload", "nobody"}).exit_code != 0);
  done(home, {"stop", "web"});
  CHECK(home.forever({"reload", "web"}).exit_code == 1);
}

TEST_CASE("CLU2 connections that do not end keep an old process for the drain timeout, and no longer", "[CLU2]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  done(home, start_words("web", {"--hold-ports", "--wait", "--drain-timeout", "700ms"},
                         {"respond-after", "60000", "listen", std::to_string(port), "wait"}));
  const int before = pid_of(home, "web");
  std::thread client([&] { (void)http_get(port, "/", 20s); });
  REQUIRE(wait_until([&] {
    return has(done(home, {"describe", "web"}).out, std::to_string(before) + "  yes              1");
  }));
  const auto began = Clock::now();
  done(home, {"reload", "web"});
  CHECK(Clock::now() - began >= 700ms);
  CHECK_FALSE(alive(before));
  client.join();
}

TEST_CASE("CLU4 a release that ends is not taken, and the old one serves on", "[CLU4]") {
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string bad = home.scratch() / "server.sh";
  write_file(bad, "exec '" + child_binary() + "' listen " + std::to_string(port) + " wait\n");
  done(home, {"start", bad, "--name", "web", "-i", "2", "--wait", "--ready-timeout", "1s"});
  const auto before = pids_of(home);
  Load load(port, 4);
  write_file(bad, "echo broken >&2; exit 3\n");
  Result result = home.forever({"reload", "web"});
  CHECK(result.exit_code == 1);
  require_one_line(result.err, "slot 0: the new process has ended: exit 3; the old one serves on");
  // And one that lives but never listens.
  write_file(bad, "exec '" + child_binary() + "' wait\n");
  result = home.forever({"reload", "web"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "is not ready after 1s; the old one serves on"));
  CHECK(pids_of(home) == before);
  CHECK(served(load, 50));
  require_none_lost(load.stop());
  CHECK(wait_until([&] { return processes_of(home).size() == 4; }));
}
