// What people who come from PM2 or forever type by habit: env, reset, cleanlogs, send, columns, numbers, namespaces.
#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

TEST_CASE("HABIT env prints the environment of the start, secrets masked unless revealed", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--env", "COLOUR=red", "--env", "API_KEY=geheim"});
  const Result shown = done(home, {"env", "web"});
  CHECK_THAT(shown.out, contains("\nCOLOUR=red\n"));
  CHECK(shown.out.find("geheim") == std::string::npos);
  CHECK_THAT(done(home, {"env", "web", "--reveal"}).out, contains("API_KEY=geheim\n"));
  CHECK(home.forever({"env", "nobody"}).exit_code == 3);
  require_one_line(home.forever({"env"}).err, "env needs the name of an app");
}

TEST_CASE("HABIT reset sets the count of restarts to zero while the app runs on", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  kill_hard(pid_of(home, "web"));
  REQUIRE(wait_until([&] { return listed(home, "web")["restarts"] == 1 && status_of(home, "web") == "online"; }));
  const int pid = pid_of(home, "web");
  CHECK_THAT(done(home, {"reset", "web"}).out, contains("web has its counts at zero"));
  CHECK(wait_until([&] { return listed(home, "web")["restarts"] == 0; }));
  CHECK(pid_of(home, "web") == pid);
}

TEST_CASE("HABIT cleanlogs removes rotated logs and those of deleted apps, and no other file", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"say", "hello", "wait"});
  REQUIRE(wait_for_log(home, "web", "hello"));
  const fs::path logs = home.state() / "logs";
  for (const char* name : {"web.out.log.1", "gone.out.log", "gone.err.log.2", "notes.txt"})
    write_file(logs / name, "x");
  const Result shown = done(home, {"cleanlogs", "--dry-run"});
  CHECK(lines_of(shown.out).size() == 3);
  CHECK(fs::exists(logs / "gone.out.log"));
  done(home, {"cleanlogs", "--quiet"});
  CHECK_FALSE(fs::exists(logs / "web.out.log.1"));
  CHECK_FALSE(fs::exists(logs / "gone.out.log"));
  CHECK_FALSE(fs::exists(logs / "gone.err.log.2"));
  CHECK(fs::exists(logs / "notes.txt"));
  CHECK(log_of(home, "web") == "hello\n");
}

TEST_CASE("HABIT send writes a line to the input of every instance, before and after the supervisor's death", "[e2e]") {
  const TemporaryHome home;
  const Words reader{"-c", "while read -r line; do echo \"$FOREVER_INSTANCE got $line\"; done; echo end"};
  done(home, Words{"start", "sh", "--stdin", "-i", "2", "--no-share", "--name", "web", "--"} + reader);
  const int pid = pid_of(home, "web");
  CHECK_THAT(done(home, {"send", "web", "one", "two"}).out, contains("web got the line, in all instances"));
  CHECK(wait_for_log(home, "web", "0 got one two\n"));
  CHECK(wait_for_log(home, "web", "1 got one two\n"));
  kill_watchers(home, "web");
  done(home, {"send", "web", "three"});
  CHECK(wait_for_log(home, "web", "0 got three\n"));
  CHECK(pid_of(home, "web") == pid);
  CHECK_FALSE(has(log_of(home, "web"), "end"));
  done(home, {"restart", "web", "--quiet"});
  done(home, {"send", "web", "--", "-4"});
  CHECK(wait_for_log(home, "web", "1 got -4\n"));
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
  require_one_line(refused.err, "deaf reads no input");
  const std::string block(4000, 'x');
  Result sent = home.forever({"send", "lazy", block});
  CHECK(sent.exit_code == 0);
  while (sent.exit_code == 0) sent = home.forever({"send", "lazy", block});
  CHECK(sent.exit_code == 1);
  require_one_line(sent.err, "lazy does not read its input, which is full");
  require_one_line(home.forever({"send", "lazy", std::string(4096, 'x')}).err, "a line has 4095 bytes at most");
  CHECK(home.forever({"send", "lazy"}).exit_code == 2);
  CHECK(home.forever({"send", "nobody", "x"}).exit_code == 3);
}

TEST_CASE("HABIT columns chooses what list shows, and keeps it", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const std::string usual = done(home, {"list"}).out;
  CHECK_THAT(done(home, {"columns"}).out, contains("others: supervisor command cwd log"));
  done(home, {"columns", "set", "name", "command"});
  CHECK(lines_of(done(home, {"list"}).out).front() == "name  command");
  CHECK_THAT(done(home, {"list"}).out, contains(child_binary() + " wait"));
  done(home, {"columns", "add", "status", "uid"});  // forever's word for the name, which goes to the end
  CHECK(lines_of(done(home, {"list"}).out).front() ==
        "command" + std::string(child_binary().size() - 2, ' ') + "  status  name");
  done(home, {"columns", "rm", "command", "status"});
  CHECK(done(home, {"list"}).out == "name\nweb\n");
  const Result none = home.forever({"columns", "rm", "name"});
  CHECK(none.exit_code == 2);
  require_one_line(none.err, "one column at least");
  const Result wrong = home.forever({"columns", "add", "statsu"});
  CHECK(wrong.exit_code == 2);
  require_one_line(wrong.err, "'statsu' is no column of list; did you mean 'status'?");
  write_file(home.state() / "columns.json", "{\"version\": 1, \"columns\": [\"nmae\"]}");
  const Result spoilt = home.forever({"list"});
  CHECK(spoilt.exit_code == 0);
  require_one_line(spoilt.err, "columns.json is spoilt");
  CHECK(lines_of(spoilt.out).front() == lines_of(usual).front());
  done(home, {"columns", "reset"});
  CHECK(lines_of(done(home, {"list"}).out).front() == lines_of(usual).front());
}

TEST_CASE("HABIT numbers are stable, and a new app gets the lowest that is free", "[e2e]") {
  const TemporaryHome home;
  const auto id = [&](const char* name) { return listed(home, name)["id"].get<int>(); };
  for (const char* name : {"a", "b", "c"}) start(home, name, {"wait"});
  CHECK((id("a") == 0 && id("b") == 1 && id("c") == 2));
  done(home, {"stop", "1"});
  start(home, "d", {"wait"});
  CHECK(id("d") == 3);
  done(home, {"delete", "0", "1"});
  start(home, "e", {"wait"});
  start(home, "f", {"wait"});
  CHECK((id("e") == 0 && id("f") == 1 && id("c") == 2 && id("d") == 3));
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
