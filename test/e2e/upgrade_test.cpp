// SUP3: keepers and supervisors go on in another binary, and the apps notice nothing.
#include <algorithm>

#include "test/e2e/apps.hpp"
#include "test/support/load.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

// Another file than the binary under test, of the same content.
fs::path copy_of_binary(const TemporaryHome& home, const std::string& name) {
  fs::copy_file(forever_binary(), home.scratch() / name);
  return home.scratch() / name;
}

Result by(const fs::path& binary, const TemporaryHome& home, const Words& words) {
  Command command = home.command({});
  command.argv = Words{binary} + words;
  Result result = run(command);
  INFO("forever " << words.at(0) << " printed: " << result.out << result.err);
  REQUIRE_FALSE(result.timed_out);
  return result;
}

fs::path image_of(int pid) { return fs::read_symlink("/proc/" + std::to_string(pid) + "/exe"); }

bool runs_in(const TemporaryHome& home, const std::string& name, const fs::path& binary) {
  return image_of(keeper_of(home, name)) == binary && image_of(supervisor_of(home, name)) == binary;
}

// What passes for a forever until it is to be executed in a keeper's place: by then its file is gone.
fs::path vanishing_binary(const TemporaryHome& home) {
  const fs::path file = home.scratch() / "vanishing";
  write_file(file, "#!/bin/sh\ncase $1 in\n--version) echo forever 99 ;;\nlist) rm \"$0\" ;;\nesac\n");
  fs::permissions(file, fs::perms::owner_all);
  return file;
}

}  // namespace

TEST_CASE("SUP3 upgrade goes on in the new binary: no pid changes, no request fails, no line is lost", "[SUP3]") {
  const TemporaryHome home;
  const fs::path old = copy_of_binary(home, "old");
  const int port = free_port();
  constexpr int kLines = 20000;
  const Result started = by(old, home,
                            start_words("web", {},
                                        {"fork", "listen", std::to_string(port), "wait", "end", "pace", "1", "blocks",
                                         std::to_string(kLines), "90", "say", "complete", "wait"}));
  REQUIRE(started.exit_code == 0);
  REQUIRE(wait_until([&] { return http_get(port).ok(); }));
  const int pid = pid_of(home, "web");
  const int keeper = keeper_of(home, "web");
  REQUIRE(runs_in(home, "web", old));
  const fs::path fresh = copy_of_binary(home, "fresh");
  Load load(port, 2);
  for (const fs::path& binary : {fresh, old, fresh}) {
    const int supervisor = supervisor_of(home, "web");
    const Result upgraded = by(binary, home, {"upgrade"});
    INFO(upgraded.out << upgraded.err);
    REQUIRE(upgraded.exit_code == 0);
    REQUIRE_THAT(upgraded.out, contains("web is supervised by forever "));
    REQUIRE(runs_in(home, "web", binary));
    REQUIRE(keeper_of(home, "web") == keeper);
    REQUIRE(supervisor_of(home, "web") != supervisor);
    REQUIRE(pid_of(home, "web") == pid);
  }
  REQUIRE(wait_for_log(home, "web", "complete", "out", 30s));
  const LoadResult answered = load.stop();
  INFO(answered.first_failure);
  REQUIRE(answered.requests > 0);
  REQUIRE(answered.refused + answered.failed == 0);
  auto lines = lines_of(log_of(home, "web"));
  std::erase_if(lines, [](const std::string& line) { return !line.starts_with('0'); });
  REQUIRE(lines.size() == kLines);
  REQUIRE(std::is_sorted(lines.begin(), lines.end()));
  REQUIRE(std::adjacent_find(lines.begin(), lines.end()) == lines.end());
  REQUIRE(listed(home, "web").at("restarts") == 0);
  REQUIRE_THAT(by(fresh, home, {"upgrade", "web"}).out, contains("already"));
  const std::string version = done(home, {"--version"}).out;
  REQUIRE_THAT(done(home, {"describe", "web"}).out, contains(", " + version.substr(0, version.find('\n'))));
  done(home, {"restart", "web"});
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP3 a bad new binary changes nothing", "[SUP3]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  const int keeper = keeper_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  const fs::path own = fs::canonical(forever_binary());
  const fs::path noise = home.scratch() / "noise";
  const fs::path stranger = home.scratch() / "stranger";
  const fs::path plain = home.scratch() / "plain";
  write_file(noise,
             "\x7f"
             "ELF\x02\x01\x01 cut off");
  write_file(stranger, "#!/bin/sh\necho something else\n");
  write_file(plain, "");
  for (const fs::path& file : {noise, stranger}) fs::permissions(file, fs::perms::owner_all);
  for (const fs::path& file : {noise, stranger, plain, fs::path(home.scratch() / "missing")}) {
    const Result result = home.forever({"upgrade", "--binary", file});
    INFO(file << ": " << result.out << result.err);
    REQUIRE(result.exit_code == 1);
    require_one_line(result.err, file);
    REQUIRE(supervisor_of(home, "web") == supervisor);
  }
  const Result late = home.forever({"upgrade", "web", "--binary", vanishing_binary(home)});
  INFO(late.out << late.err);
  REQUIRE(late.exit_code == 1);
  require_one_line(late.err, "web keeps running its old binary");
  REQUIRE(keeper_of(home, "web") == keeper);
  REQUIRE(pid_of(home, "web") == pid);
  REQUIRE(runs_in(home, "web", own));
  REQUIRE(status_of(home, "web") == "online");
  done(home, {"restart", "web"});
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP3 upgrade is for all apps, and what is under way goes on: a stop, a back-off, a crash", "[SUP3]") {
  const TemporaryHome home;
  const fs::path fresh = copy_of_binary(home, "fresh");
  start(home, "waiting", {"exit", "1"}, {"--backoff-first", "1h", "--backoff-cap", "1h"});
  start(home, "deaf", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "2s"});
  start(home, "down", {"wait"});
  done(home, {"stop", "down"});
  REQUIRE(wait_for_status(home, "waiting", "backoff"));
  REQUIRE(wait_for_log(home, "deaf", "up"));
  const int deaf = pid_of(home, "deaf");
  Running stop(home.command({"stop", "deaf"}));
  REQUIRE(wait_for_status(home, "deaf", "stopping"));
  const Result upgraded = by(fresh, home, {"upgrade"});
  INFO(upgraded.out << upgraded.err);
  REQUIRE(upgraded.exit_code == 0);
  REQUIRE_THAT(upgraded.out, contains("down is not running"));
  REQUIRE(runs_in(home, "waiting", fresh));
  REQUIRE(status_of(home, "waiting") == "backoff");
  REQUIRE(listed(home, "waiting").at("failures") == 4);
  REQUIRE(stop.wait().exit_code == 0);
  REQUIRE_FALSE(alive(deaf));
  REQUIRE(status_of(home, "deaf") == "stopped");
}

TEST_CASE("SUP3 ends that fall into an upgrade are known, and none is lost", "[SUP3]") {
  const TemporaryHome home;
  const fs::path other = copy_of_binary(home, "other");
  start(home, "web", {"sleep", "3", "exit", "7"}, {"--backoff-first", "1ms", "--backoff-cap", "1ms"});
  const int keeper = keeper_of(home, "web");
  for (int round = 0; round < 10; ++round) {
    const Result upgraded = by(round % 2 == 0 ? other : fs::path{forever_binary()}, home, {"upgrade", "web"});
    INFO(upgraded.out << upgraded.err);
    REQUIRE(upgraded.exit_code == 0);
    REQUIRE_FALSE(has(done(home, {"describe", "web"}).out, "unknown"));
  }
  REQUIRE(keeper_of(home, "web") == keeper);
  const auto before = listed(home, "web").at("restarts").get<int>();
  REQUIRE(wait_until([&] { return listed(home, "web").at("restarts").get<int>() > before + 3; }));
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP3 workers on a shared port lose no request while they are upgraded", "[SUP3]") {
  const TemporaryHome home;
  const fs::path other = copy_of_binary(home, "other");
  const int port = free_port();
  const Result started =
      home.forever({"start", server_binary(), "-i", "2", "--name", "web", "--wait", "10", "--", std::to_string(port)});
  INFO(started.out << started.err);
  if (has(started.err, "port sharing")) SKIP_CASE("needs seccomp's user notification");
  REQUIRE(started.exit_code == 0);
  Load load(port, 3);
  for (const fs::path& binary : {other, fs::path{forever_binary()}}) {
    const std::size_t before = load.requests();
    REQUIRE(by(binary, home, {"upgrade", "web"}).exit_code == 0);
    REQUIRE(wait_until([&] { return load.requests() > before + 50; }));
  }
  REQUIRE(listed(home, "web").at("restarts") == 0);
  done(home, {"reload", "web"});
  const LoadResult answered = load.stop();
  INFO(answered.first_failure);
  REQUIRE(answered.refused + answered.failed == 0);
}
