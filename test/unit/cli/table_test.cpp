// Tables fit their terminal; lists and descriptions say what is.
#include "cli/terminal/table.hpp"
#include "cli/apps/json.hpp"
#include "cli/list/description.hpp"
#include "cli/list/list_table.hpp"
#include "test/support/catch.hpp"
#include "text/printable.hpp"
#include "text/split.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

Table sample() {
  Table table;
  table.columns = {
      {"id", Column::Align::right, 0, 0}, {"name", Column::Align::left, 0, 4}, {"extra", Column::Align::left, 1, 0}};
  table.rows = {{{"0"}, {"web"}, {"aaaa"}}, {{"10"}, {"a-long-name-of-an-app-that-goes-on"}, {"bbbb"}}};
  return table;
}

std::size_t widest(const std::string& text) {
  std::size_t width = 0;
  for (const std::string_view line : split_words(text, '\n')) width = std::max(width, display_width(line));
  return width;
}

AppLook look(const std::string& name, const std::string& state) {
  AppLook made;
  made.view.name = made.view.status.name = name;
  made.state = state;
  made.view.status.user = "me";
  made.view.status.command = {"/bin/prog", "a b"};
  made.view.status.out_log = "/x/out.log";
  made.view.status.err_log = "/x/err.log";
  made.view.supervised = true;
  made.view.status.supervisor.pid = 21;
  InstanceStatus instance;
  instance.state = InstanceState::online;
  instance.process.pid = 4711;
  instance.history.restarts = 2;
  made.view.status.instances.push_back(instance);
  made.instances.push_back({true, false, Milliseconds{65000}, 3U << 20U, 1.25, Milliseconds{900}});
  made.restarts = 2;
  made.memory_bytes = 3U << 20U;
  return made;
}

}  // namespace

TEST_CASE("TABLE columns are aligned and no line ends in blanks") {
  REQUIRE(render(sample(), 0, false) ==
          "id  name                                extra\n"
          " 0  web                                 aaaa\n"
          "10  a-long-name-of-an-app-that-goes-on  bbbb\n");
}

TEST_CASE("TABLE a narrow terminal shortens long cells, then leaves columns out, then shortens more") {
  for (std::size_t width = 12; width < 60; ++width) {
    CAPTURE(width);
    CHECK(widest(render(sample(), width, false)) <= width);
  }
  CHECK_THAT(render(sample(), 40, false), contains("bbbb"));
  CHECK_THAT(render(sample(), 40, false), contains("…"));
  CHECK_THAT(render(sample(), 30, false), !contains("bbbb"));
}

TEST_CASE("TABLE colours surround the text, not the padding, and only where wanted") {
  Table table;
  table.columns = {{"a"}, {"b"}};
  table.rows = {{{"x", Colour::green}, {"y"}}, {{"longer"}, {"z"}}};
  REQUIRE_THAT(render(table, 0, true), contains("\x1b[32mx\x1b[0m       y\n"));
  REQUIRE(render(table, 0, false).find('\x1b') == std::string::npos);
}

TEST_CASE("TABLE what is cut ends in an ellipsis and never inside a character") {
  CHECK(fit("abcdef", 6) == "abcdef");
  CHECK(fit("abcdef", 4) == "abc…");
  CHECK(fit("äöüäöü", 4) == "äöü…");
  CHECK(fit("漢字漢字", 5) == "漢字…");
  CHECK(fit("漢字漢字", 4) == "漢…");
  CHECK(fit("abc", 0).empty());
  CHECK(fit_middle("abcdefgh", 8) == "abcdefgh");
  CHECK(fit_middle("abcdefgh", 6) == "abc…gh");
  CHECK(fit_middle("abcdefgh", 5) == "ab…gh");
  CHECK(fit_middle("漢字漢字", 6) == "漢…字");
  CHECK(fit_middle("abcdefgh", 2) == "a…");
  CHECK(fit_middle("abcdefgh", 1) == "…");
  CHECK(fit_middle("abc", 0).empty());
}

TEST_CASE("BACK2 the list shows back-off with its countdown and failures") {
  AppLook waiting = look("web", "backoff");
  waiting.failures = 7;
  waiting.due = Milliseconds{3200};
  REQUIRE(status_text(waiting) == "backoff 3.2s (7 failures)");
  waiting.failures = 1;
  REQUIRE(status_text(waiting) == "backoff 3.2s (1 failure)");
  REQUIRE_THAT(render(list_table({waiting}, false), 0, false), contains("backoff 3.2s (1 failure)"));
}

TEST_CASE("LIST a row tells what an app is and uses") {
  const std::string text = render(list_table({look("web", "online")}, false), 0, false);
  for (const char* part :
       {"id",   "name",     "namespace", "slot", "pid",    "status", "restarts", "uptime", "cpu", "memory",
        "user", "watching", "web",       "4711", "online", "1m",     "1.2%",     "3M",     "me",  "default"}) {
    CAPTURE(part);
    CHECK_THAT(text, contains(part));
  }
}

TEST_CASE("LIST an app of several instances has one row, or with --expand a row for each") {
  AppLook many = look("web", "online");
  many.view.status.instances.push_back(many.view.status.instances.front());
  many.view.status.instances.back().slot = 1;
  many.view.status.instances.back().process.pid = 4712;
  many.view.status.instances.back().state = InstanceState::backoff;
  many.instances.push_back({});
  const std::string text = render(list_table({many}, true), 0, false);
  CHECK(split_words(text, '\n').size() == 3);
  CHECK_THAT(text, contains("backoff"));
  CHECK_THAT(text, contains("online"));
  const std::string all = render(list_table({many}, false), 0, false);
  CHECK(split_words(all, '\n').size() == 2);
  CHECK_THAT(all, contains("1/2 online"));
  many.state = "backoff";
  CHECK_THAT(render(list_table({many}, false), 0, false), contains("1/2 online, backoff"));
}

TEST_CASE("PERM1 control characters never reach a terminal raw") {
  AppLook evil = look("a\x1b[31mb", "online");
  evil.view.status.app_namespace = "x\ny";
  evil.view.status.command = {"\x07"};
  LastExit crash;
  crash.last_lines = "one\x1b[2J\ntwo\n";
  evil.view.status.last_exits.push_back(crash);
  CHECK(render(list_table({evil}, false), 0, false).find('\x1b') == std::string::npos);
  CHECK(split_words(render(list_table({evil}, false), 0, false), '\n').size() == 2);
  const std::string text = description(evil, std::nullopt, {});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
  CHECK_THAT(text, contains("  | two\n"));
}

TEST_CASE("LIST sorting puts what is looked for first") {
  std::vector<AppLook> looks{look("b", "online"), look("a", "stopped"), look("c", "online")};
  looks[0].view.status.id = 0;
  looks[1].view.status.id = 1;
  looks[2].view.status.id = 2;
  looks[2].memory_bytes = 1U << 30U;
  looks[1].restarts = 9;
  const auto order = [&](SortBy column) {
    sort_looks(looks, column);
    return looks[0].view.name + looks[1].view.name + looks[2].view.name;
  };
  CHECK(order(SortBy::memory) == "cba");
  CHECK(order(SortBy::restarts) == "abc");
  CHECK(order(SortBy::name) == "abc");
  CHECK(order(SortBy::status) == "bca");
  CHECK(order(SortBy::id) == "bac");
}

TEST_CASE("MON1 under watch the processor's share is of the time since the last refresh") {
  std::vector<AppLook> before{look("web", "online")}, now{look("web", "online")};
  now[0].instances[0].cpu_time = Milliseconds{1900};
  average_since(now, before, Milliseconds{2000});
  CHECK(now[0].cpu_percent == 50.0);
  now[0].view.status.instances[0].process.pid = 1;
  now[0].instances[0].cpu_percent = 3.0;
  average_since(now, before, Milliseconds{2000});
  CHECK(now[0].cpu_percent == 3.0);
}

TEST_CASE("ENV1 describe masks what looks like a secret, unless it is to reveal it") {
  AppSpec spec;
  spec.environment = {"PATH=/bin", "API_TOKEN=hunter2"};
  const AppLook web = look("web", "online");
  CHECK(description(web, spec, {}).find("hunter2") == std::string::npos);
  CHECK(description(web, spec, {false, false, true}).find("hunter2") == std::string::npos);
  CHECK_THAT(description(web, spec, {false, true, false}), contains("API_TOKEN=hunter2"));
  CHECK_THAT(description(web, spec, {false, false, true}), contains("PATH=/bin"));
  CHECK(json_description("/s", {web}, {spec}, false).find("hunter2") == std::string::npos);
  CHECK_THAT(json_description("/s", {web}, {spec}, true), contains("hunter2"));
}

TEST_CASE("BACK2 describe shows the last exits with reason, uptime, trigger and the last lines of the crash") {
  AppLook web = look("web", "backoff");
  LastExit crash;
  crash.pid = 99;
  crash.uptime = Milliseconds{1500};
  crash.status = {ExitStatus::Kind::signalled, 9, true};
  crash.trigger = "crash";
  crash.last_lines = "boom\n";
  web.view.status.last_exits.push_back(crash);
  const std::string text = description(web, AppSpec{}, {});
  for (const char* part : {"killed by SIGKILL (core dumped)", "1.5s", "crash", "  | boom\n", "99"}) {
    CAPTURE(part);
    CHECK_THAT(text, contains(part));
  }
}

TEST_CASE("STATE5 the JSON has its documented keys, null for a pid that is not there, and takes any byte") {
  AppLook web = look("bad\xff", "stopped");
  web.instances[0].alive = false;
  web.view.supervised = false;
  const std::string text = json_list("/s", {web});
  for (const char* part : {"\"version\":1", "\"state_dir\":\"/s\"", "\"apps\":[", "\"supervisor_pid\":null",
                           "\"pid\":null", "\"keeper_pid\":null", "\"status\":\"stopped\"",
                           "\"logs\":{\"out\":\"/x/out.log\",\"err\":\"/x/err.log\"}", "\"watching\":false"}) {
    CAPTURE(part);
    CHECK_THAT(text, contains(part));
  }
  CHECK(json_list("", {}, "no \"such\" thing") ==
        "{\"version\":1,\"state_dir\":\"\",\"apps\":[],\"error\":\"no \\\"such\\\" thing\"}\n");
}

TEST_CASE("REAL36 describe fits on a screen, with all details of an app that crashes") {
  AppLook web = look("web", "backoff");
  web.memory_bytes = 5U << 20U;
  web.view.status.note = "something to note";
  AppSpec spec;
  spec.environment.assign(60, "A=1");
  spec.limits.assign(9, {"NOFILE", 1, 2});
  for (int i = 0; i < 10; ++i) {
    LastExit crash;
    crash.pid = 90 + i;
    crash.at_ms = to_ms(wall_now()) - 45'000;
    crash.status = {ExitStatus::Kind::exited, 1, false};
    crash.trigger = "crash";
    crash.last_lines = "1\n2\n3\n4\n5\n6\n7\n8\n9\nlast\n";
    web.view.status.last_exits.push_back(crash);
  }
  const std::string text = description(web, spec, {});
  INFO(text);
  CHECK(std::count(text.begin(), text.end(), '\n') <= 24);
  for (const char* part : {"45s ago", "  | last\n", "99", "--all"}) CHECK_THAT(text, contains(part));
  CHECK(text.find("NOFILE") == std::string::npos);
  CHECK(text.find("A=1") == std::string::npos);
  const std::string all = description(web, spec, {false, false, true});
  for (const char* part : {"NOFILE", "A=1", "  | 1\n", " 90 "}) CHECK_THAT(all, contains(part));
  CHECK(all.find("ago") == std::string::npos);
}

TEST_CASE("REAL36 long lines break at words, and never where there is no width") {
  std::string text = "wrong  ";
  wrap(text, "one two three four", {7, 7, 16});
  CHECK(text == "wrong  one two\n       three\n       four\n");
  std::string whole;
  wrap(whole, "one two three four", {7, 7, 0});
  CHECK(whole == "one two three four\n");
  std::string longer;
  wrap(longer, "averylongwordindeed x", {2, 0, 10});
  CHECK(longer == "averylongwordindeed\n  x\n");
}
