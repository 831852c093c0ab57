// --ready notify: a program that says by itself when it is ready, and how it is.
#include "test/e2e/workers.hpp"

using namespace forever::test;

namespace {

Json instance_of(const TemporaryHome& home, std::size_t at = 0) {
  return describe_json(home, "web").at("instances").at(at);
}

bool says(const TemporaryHome& home, const std::string& text) {
  return wait_until([&] { return instance_of(home).at("says") == text; });
}

}  // namespace

#define NEED_NOTIFY() \
  if (!std::filesystem::exists("/proc/net/unix")) SKIP_CASE("there are no abstract sockets here")

TEST_CASE("STATE3 start --wait with --ready notify returns when the program has said READY=1", "[STATE3]") {
  NEED_NOTIFY();
  const TemporaryHome home;
  const std::string go = home.scratch() / "go";
  const Result late = home.forever(
      start_words("web", {"--ready", "notify", "--wait", "200ms"}, {"wait-for", go, "notify", "READY=1", "wait"}));
  CHECK(late.exit_code == 1);
  require_one_line(late.err, "has not sent READY=1 after 200ms");
  CHECK(instance_of(home).at("ready") == false);
  CHECK(describe_json(home, "web").at("ready_when") == "notify");
  write_file(go, "");
  CHECK(wait_until([&] { return instance_of(home).at("ready") == true; }));
  done(home, {"delete", "web"});
  done(home, start_words("web", {"--ready", "notify", "--wait", "10s"}, {"notify", "READY=1", "wait"}));
  CHECK(instance_of(home).at("ready") == true);
  CHECK(has(done(home, {"describe", "web"}).out, "when it sends READY=1"));
}

TEST_CASE("STATE3 what a program says of itself is shown, and is forgotten with its process", "[STATE3]") {
  NEED_NOTIFY();
  const TemporaryHome home;
  const std::string die = home.scratch() / "die";
  const std::string run = home.scratch() / "run";
  start(home, "web",
        {"count", run, "first", "1", "notify", "READY=1\nSTATUS=tea \x1b[31mtime\nMAINPID=1\nX_OWN=1", "wait-for", die,
         "notify", "STOPPING=1", "wait", "end", "wait"},
        {"--ready", "notify"});
  CHECK(says(home, "tea \x1b[31mtime"));
  const Result shown = done(home, {"describe", "web"});
  CHECK(has(shown.out, "says: tea "));
  CHECK_FALSE(has(shown.out, "\x1b[31m"));
  const int pid = pid_of(home, "web");
  write_file(die, "");
  CHECK(says(home, "stopping"));
  CHECK(instance_of(home).at("ready") == false);
  CHECK(instance_of(home).at("pid") == pid);  // MAINPID has changed nothing
  kill_hard(pid);
  REQUIRE(wait_until([&] { return pid_of(home, "web") > 0 && pid_of(home, "web") != pid; }));
  CHECK(instance_of(home).at("says") == "");
}

TEST_CASE("STATE3 a child of the program may say it, though it is gone by then", "[STATE3]") {
  NEED_NOTIFY();
  const TemporaryHome home;
  done(home, start_words("web", {"--ready", "notify", "-i", "2", "--wait", "10s"},
                         {"orphan", "notify", "READY=1\nSTATUS=by a child", "end", "wait"}));
  CHECK(instance_of(home, 0).at("says") == "by a child");
  CHECK(instance_of(home, 1).at("says") == "by a child");
}

TEST_CASE("STATE3 who has not asked for it gets no NOTIFY_SOCKET, the caller's least of all", "[STATE3][START5]") {
  const TemporaryHome home;
  start(home, "web", {"print-env", "NOTIFY_SOCKET", "print-env", "LISTEN_FDS", "print-env", "LISTEN_PID", "wait"});
  CHECK(wait_for_log(home, "web", "env NOTIFY_SOCKET unset\nenv LISTEN_FDS unset\nenv LISTEN_PID unset\n"));
  const Result held = home.forever(start_words("other", {"--ready", "listen"}, {"wait"}));
  CHECK(held.exit_code == 1);
  require_one_line(held.err, "add --hold-ports");
  const Result word = home.forever(start_words("other", {"--ready", "soon"}, {"wait"}));
  CHECK(word.exit_code == 2);
  require_one_line(word.err, "'soon' must be one of uptime, listen, notify");
}

TEST_CASE("CLU4 a reload waits for READY=1, and a release that does not say it is not taken", "[CLU4][CLU2]") {
  NEED_NOTIFY();
  NEED_SHARING();
  const TemporaryHome home;
  const int port = free_port();
  const std::string file = home.scratch() / "server.sh";
  const std::string listen = "exec '" + child_binary() + "' listen " + std::to_string(port);
  write_file(file, listen + " sleep 300 notify READY=1 wait\n");
  done(home,
       {"start", file, "--name", "web", "-i", "2", "--ready", "notify", "--ready-timeout", "60s", "--wait", "10s"});
  Load load(port, 4);
  done(home, {"reload", "web"});
  REQUIRE(served(load, 20));
  const auto before = pids_of(home);
  write_file(file, listen + " wait\n");
  const Result result = home.forever({"reload", "web", "--ready-timeout", "1s"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "is not ready after 1s; the old one keeps serving"));
  CHECK(pids_of(home) == before);
  REQUIRE(served(load, 20));
  require_none_lost(load.stop());
}

TEST_CASE("SUP1 notifications that are sent while the supervisor is dead reach its successor", "[SUP1][SUP2]") {
  NEED_NOTIFY();
  const TemporaryHome home;
  const std::string first = home.scratch() / "first", second = home.scratch() / "second",
                    third = home.scratch() / "third";
  start(home, "web",
        {"notify", "READY=1\nSTATUS=begun", "wait-for", first, "notify", "STATUS=alone", "touch", first + ".done",
         "wait-for", second, "notify", "STATUS=adopted", "wait-for", third, "notify", "STATUS=carried over", "wait"},
        {"--ready", "notify"});
  REQUIRE(says(home, "begun"));
  const int supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  write_file(first, "");
  REQUIRE(wait_until([&] { return std::filesystem::exists(first + ".done"); }));
  kill_hard(supervisor);
  CHECK(says(home, "alone"));
  CHECK(instance_of(home).at("ready") == true);
  kill_watchers(home, "web");
  done(home, {"list"});
  CHECK(instance_of(home).at("ready") == true);
  CHECK(instance_of(home).at("says") == "alone");
  write_file(second, "");
  CHECK(says(home, "adopted"));
  const int keeper = keeper_of(home, "web");
  kill_hard(keeper);
  REQUIRE(wait_until([&] { return keeper_of(home, "web") != keeper && supervisor_of(home, "web") > 0; }));
  write_file(third, "");
  CHECK(says(home, "carried over"));
}

TEST_CASE("STOP5 a program that has said STOPPING=1 is not told to ignore its signal", "[STOP5]") {
  const TemporaryHome home;
  start(home, "web",
        {"notify", "READY=1", "on", "TERM", "notify", "STOPPING=1", "sleep", "1600", "exit", "0", "end", "wait"},
        {"--ready", "notify", "--kill-timeout", "20s"});
  const Result stopped = home.forever({"stop", "web"});
  CHECK(stopped.exit_code == 0);
  CHECK_THAT(stopped.err, contains("has reported that it is stopping, KILL in "));
  CHECK(stopped.err.find("ignores") == std::string::npos);
}
