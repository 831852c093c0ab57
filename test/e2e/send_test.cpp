// send: lines to the input of apps; and namespaces in every verb, send among them.
#include "test/e2e/apps.hpp"

using namespace forever::test;

TEST_CASE("HABIT send writes a line to the input of every instance, before and after the supervisor's death", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"read-lines"}, {"--stdin", "-i", "2", "--no-share"});
  const auto both_got = [&](const std::string& line) {
    return wait_until([&] { return count_of(log_of(home, "web"), "got " + line + "\n") == 2; });
  };
  const int pid = pid_of(home, "web");
  CHECK_THAT(done(home, {"send", "web", "one", "two"}).out, contains("web received the line, in all instances"));
  CHECK(both_got("one two"));
  kill_watchers(home, "web");
  done(home, {"send", "web", "three"});
  CHECK(both_got("three"));
  CHECK(pid_of(home, "web") == pid);
  CHECK_FALSE(has(log_of(home, "web"), "end"));
  done(home, {"restart", "web", "--quiet"});
  done(home, {"send", "web", "--", "-4"});
  CHECK(both_got("-4"));
  done(home, {"stop", "web"});
  const Result stopped = home.forever({"send", "web", "5"});
  CHECK(stopped.exit_code == 1);
  require_one_line(stopped.err, "web is not running");
}

TEST_CASE("HABIT send says who has no input, who does not read it, and what is too long", "[e2e]") {
  const TemporaryHome home;
  start(home, "deaf", {"wait"});
  start(home, "lazy", {"wait"}, {"--stdin"});
  const Result refused = home.forever({"send", "deaf", "x"});
  CHECK(refused.exit_code == 1);
  require_one_line(refused.err, "deaf does not read input");
  const std::string block(4000, 'x');
  Result sent = home.forever({"send", "lazy", block});
  CHECK(sent.exit_code == 0);
  while (sent.exit_code == 0) sent = home.forever({"send", "lazy", block});
  CHECK(sent.exit_code == 1);
  require_one_line(sent.err, "lazy does not read its input, and the pipe is full");
  require_one_line(home.forever({"send", "lazy", std::string(4096, 'x')}).err, "a line has 4095 bytes at most");
  CHECK(home.forever({"send", "lazy"}).exit_code == 2);
  CHECK(home.forever({"send", "nobody", "x"}).exit_code == 3);
}

TEST_CASE("HABIT every verb that takes apps takes a namespace", "[e2e]") {
  const TemporaryHome home;
  start(home, "in", {"wait"}, {"--namespace", "data", "--stdin"});
  start(home, "out", {"wait"}, {"--stdin"});
  const int out = pid_of(home, "out");
  for (const Words& verb : std::vector<Words>{{"describe", "ns:data"},
                                              {"pid", "ns:data"},
                                              {"env", "data"},
                                              {"metrics", "data"},
                                              {"logs", "data"},
                                              {"reset", "ns:data"},
                                              {"flush", "ns:data"},
                                              {"reopen", "ns:data"},
                                              {"send", "ns:data", "x"},
                                              {"signal", "CONT", "ns:data"},
                                              {"watch", "ns:data", "off"},
                                              {"scale", "ns:data", "1"},
                                              {"export", "nomad", "ns:data"},
                                              {"restart", "data"},
                                              {"reload", "data"}}) {
    const Result answered = home.forever(verb);
    INFO(verb.front() << "\n" << answered.out << answered.err);
    CHECK(answered.exit_code == 0);
    const bool other = has(answered.out, "out (") || has(answered.out, "\"out\"");
    CHECK_FALSE(other);
  }
  done(home, {"stop", "ns:data"});
  CHECK(status_of(home, "in") == "stopped");
  done(home, {"delete", "data"});
  CHECK(status_of(home, "in").empty());
  CHECK(pid_of(home, "out") == out);
}
