// monit on a real terminal: each key, sizes, ways to end. What it writes is put on a screen here, as a terminal would.
#include <set>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

// Only what monit writes: positions, text, erasing to the end of the line, clearing.
std::vector<std::string> screen_of(const std::string& bytes, std::size_t rows) {
  std::vector<std::string> screen(rows);
  std::size_t row = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] != '\x1b') {
      if (row < rows) screen[row] += bytes[at];
      continue;
    }
    const std::size_t end = bytes.find_first_of("HJKhlm", at);
    if (end == std::string::npos) break;
    const std::string sequence = bytes.substr(at, end - at + 1);
    if (sequence == "\x1b[2J") screen.assign(rows, "");
    if (sequence.back() == 'H') {
      row = static_cast<std::size_t>(std::stoi(sequence.substr(2))) - 1;
      if (row < rows) screen[row].clear();
    }
    at = end;
  }
  return screen;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

struct View {
  View(const TemporaryHome& home, std::map<std::string, std::optional<std::string>> environment = {}, int height = 24,
       int width = 80)
      : rows(height), running(command(home, std::move(environment)), height, width) {}
  static Command command(const TemporaryHome& home, std::map<std::string, std::optional<std::string>> environment) {
    Command made = home.command({"monit"});
    environment.emplace("LC_ALL", "C.UTF-8");
    environment.emplace("TERM", "xterm-256color");
    for (auto& [name, value] : environment) made.environment.insert_or_assign(name, value);
    made.deadline = 60s;
    return made;
  }
  [[nodiscard]] std::string screen() { return joined(screen_of(running.out(), static_cast<std::size_t>(rows))); }
  [[nodiscard]] bool shows(const std::string& text) {
    return wait_until([&] { return has(screen(), text); });
  }
  [[nodiscard]] bool shows_no(const std::string& text) {
    return wait_until([&] { return !has(screen(), text); });
  }
  // Types, and sees each of the texts come.
  void type(const std::string& keys, const Words& then) {
    running.type(keys);
    for (const std::string& text : then) CHECK(shows(text));
  }
  // Back where it was: the usual screen, the cursor, wrapping.
  void require_clean_end(int code = 0) {
    const Result result = running.wait();
    INFO(result.out);
    CHECK(result.exit_code == code);
    CHECK(result.out.ends_with("\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"));
  }
  int rows;
  Running running;
};

}  // namespace

TEST_CASE("MONIT off a terminal it refuses with a hint") {
  const TemporaryHome home;
  const Result result = home.forever({"monit"});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  require_one_line(result.err, "forever list");
}

TEST_CASE("MONIT apps, CPU, memory and the log are shown, q ends it and leaves the terminal as it was") {
  const TemporaryHome home;
  start(home, "web", {"say", "hello from web", "wait"});
  start(home, "job", {"exit", "0"}, {"--restart", "never"});
  REQUIRE(wait_for_status(home, "job", "stopped"));
  View view(home);
  REQUIRE(view.shows("> web"));
  CHECK(view.shows("online"));
  CHECK(view.shows("exited 0"));
  CHECK(view.shows("hello from web"));
  CHECK(view.shows(std::to_string(pid_of(home, "web"))));
  CHECK(view.shows("2 apps, 1 online"));
  view.running.type("q");
  view.require_clean_end();
}

TEST_CASE("MONIT Ctrl-C, TERM and a terminal that goes away end it cleanly") {
  const TemporaryHome home;
  {
    View view(home);
    REQUIRE(view.shows("no apps"));
    view.running.type("\x03");
    view.require_clean_end();
  }
  {
    View view(home);
    REQUIRE(view.shows("no apps"));
    view.running.signal(SIGTERM);
    view.require_clean_end();
  }
  {
    View view(home);
    REQUIRE(view.shows("no apps"));
    view.running.signal(SIGHUP);
    view.require_clean_end();
  }
}

TEST_CASE("MONIT down, up, j and k select an app, whose log is shown") {
  const TemporaryHome home;
  start(home, "web", {"say", "first log", "wait"});
  start(home, "api", {"say", "second log", "wait"});
  View view(home);
  REQUIRE(view.shows("first log"));
  view.running.type("\x1b[B");
  CHECK(view.shows("second log"));
  CHECK(view.shows("> api"));
  view.running.type("k");
  CHECK(view.shows("first log"));
  view.running.type("j");
  CHECK(view.shows("second log"));
  view.running.type("\x1bOA");
  CHECK(view.shows("> web"));
  view.running.type("q");
  view.require_clean_end();
}

TEST_CASE("MONIT r restarts, s stops and starts again; the view goes on meanwhile") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "700ms"});
  const int pid = pid_of(home, "web");
  View view(home);
  REQUIRE(view.shows("> web"));
  view.type("r", {"restart web? y"});
  view.type("y", {"restarting web", "web restarted"});
  CHECK(wait_for_other_pid(home, "web", pid));
  view.type("s", {"stop web? y"});
  view.type("y", {"stopping", "web stopped"});
  CHECK(status_of(home, "web") == "stopped");
  REQUIRE(view.shows("0 online"));
  view.type("s", {"web started"});
  CHECK(wait_for_status(home, "web", "online"));
  view.running.type("q");
  view.require_clean_end();
}

TEST_CASE("MONIT R reloads, and shows the result") {
  const TemporaryHome home;
  const int port = free_port();
  start(home, "web", {"wait"}, {"--listen", "127.0.0.1:" + std::to_string(port), "--min-uptime", "50ms"});
  const int pid = pid_of(home, "web");
  View view(home);
  REQUIRE(view.shows("> web"));
  view.type("R", {"reloading web", "web reloaded"});
  CHECK(pid_of(home, "web") != pid);
  CHECK_FALSE(alive(pid));
  view.type("s", {"stop web? y"});
  view.type("y", {"web stopped"});
  view.type("R", {"web is not running; press s to start it"});
  view.running.type("q");
  view.require_clean_end();
}

TEST_CASE("MONIT q does not wait for a stop that is under way, which goes on") {
  const TemporaryHome home;
  start(home, "web", {"ignore", "TERM", "say", "up", "wait"}, {"--kill-timeout", "1h"});
  REQUIRE(wait_for_log(home, "web", "up"));
  View view(home);
  REQUIRE(view.shows("> web"));
  view.type("s", {"stop web? y"});
  view.running.type("y");
  REQUIRE(view.shows("stopping"));
  REQUIRE(wait_for_status(home, "web", "stopping"));
  view.running.type("q");
  view.require_clean_end();
  CHECK(status_of(home, "web") == "stopping");
  send_signal(pid_of(home, "web"), SIGKILL);
  CHECK(wait_for_status(home, "web", "stopped"));
}

TEST_CASE("MONIT / filters, Enter keeps the filter, Esc clears it") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  start(home, "api", {"wait"});
  View view(home);
  REQUIRE(view.shows("api"));
  view.running.type("/we");
  CHECK(view.shows("filter: we_"));
  CHECK(view.shows_no("api"));
  view.running.type("\r");
  CHECK(view.shows("filter: we"));
  view.running.type("\x1b");
  CHECK(view.shows("api"));
  view.running.type("/zzz");
  CHECK(view.shows("no app matches the filter"));
  view.running.type("\x7f\x7f\x7f");
  CHECK(view.shows("api"));
  view.running.type("\rq");
  view.require_clean_end();
}

TEST_CASE("MONIT PgUp, PgDn, Home and End scroll the log, Enter shows it alone") {
  const TemporaryHome home;
  start(home, "web", {"lines", "150", "20", "wait"});
  View view(home);
  REQUIRE(view.shows("0000000150"));
  CHECK_FALSE(has(view.screen(), "0000000100 "));
  view.running.type("\x1b[5~");
  CHECK(view.shows("8 lines up"));
  CHECK(view.shows_no("0000000150"));
  view.running.type("\x1b[6~");
  CHECK(view.shows("0000000150"));
  view.running.type("\x1b[H");
  CHECK(view.shows("lines up"));
  CHECK(view.shows("0000000001"));
  view.running.type("\x1b[F");
  CHECK(view.shows("0000000150"));
  view.running.type("\r");
  CHECK(view.shows_no("restarts"));
  CHECK(view.shows("0000000130"));
  view.running.type("\r");
  CHECK(view.shows("restarts"));
  view.running.type("\r");
  CHECK(view.shows_no("restarts"));
  view.type("\x1b", {"restarts"});  // Esc leads back, too
  view.running.type("q");
  view.require_clean_end();
}

TEST_CASE("MONIT o chooses out, err or both; what is written later is shown") {
  const TemporaryHome home;
  const std::string go = (home.scratch() / "go").string();
  start(home, "web", {"say", "to out", "stream", "err", "partial", "to err\n", "wait-for", go, "say", "later", "wait"});
  REQUIRE(wait_for_log(home, "web", "to err", "err"));
  View view(home);
  REQUIRE(view.shows("to out"));
  REQUIRE(view.shows("to err"));
  write_file(go, "");
  CHECK(view.shows("later"));
  view.running.type("o");
  CHECK(view.shows_no("to err"));
  CHECK(view.shows("later"));
  view.running.type("o");
  CHECK(view.shows("to err"));
  CHECK(view.shows_no("later"));
  view.running.type("o");
  CHECK(view.shows("later"));
  view.running.type("q");
  view.require_clean_end();
}

TEST_CASE("MONIT ? shows the keys, any key continues, Ctrl-L redraws") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  View view(home);
  REQUIRE(view.shows("> web"));
  view.running.type("?");
  CHECK(view.shows("Press any key to continue"));
  view.running.type(" ");
  CHECK(view.shows("> web"));
  const std::size_t clears = count_of(view.running.out(), "\x1b[2J");
  view.running.type("\x0c");
  CHECK(wait_until([&] { return count_of(view.running.out(), "\x1b[2J") > clears; }));
  CHECK(view.shows("> web"));
  view.type("h", {"Press any key to continue"});
  view.running.type("q");  // q in the help quits, too
  view.require_clean_end();
}

TEST_CASE("MONIT a new size is taken") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  View view(home);
  REQUIRE(view.shows("> web"));
  view.running.resize(40, 120);
  view.rows = 40;
  CHECK(view.shows("up/down select"));  // the long line of keys
  view.running.resize(5, 20);
  view.rows = 5;
  CHECK(view.shows_no("up/down select"));
  view.running.type("q");
  view.require_clean_end();
}

TEST_CASE("MONIT does not flicker: from look to look only the lines that differ are written, and nothing is cleared") {
  const TemporaryHome home;
  for (const char* name : {"web", "api", "job"}) start(home, name, {"say", "hello", "wait"});
  View view(home);
  REQUIRE(view.shows("hello"));
  const std::string first = view.running.out();
  // Four looks later: the clock and the uptimes have changed, and graphs have grown.
  std::set<std::string> clocks;
  REQUIRE(wait_until(
      [&] {
        clocks.insert(lines_of(view.screen()).front());
        return clocks.size() >= 5;
      },
      20s));
  const std::string more = view.running.out().substr(first.size());
  CHECK_FALSE(has(more, "\x1b[2J"));
  CHECK_FALSE(has(more, "\x1b[?1049"));
  CHECK_FALSE(has(more, "hello"));           // the log has not changed
  CHECK_FALSE(has(more, "q quit"));          // nor have the keys
  CHECK(more.size() < clocks.size() * 900);  // a line of sums and three of apps; a whole screen has 1920
  view.running.type("q");
  view.require_clean_end();
}

TEST_CASE("MONIT without UTF-8 nothing but ASCII is written; without colours no colours") {
  const TemporaryHome home;
  start(home, "web", {"say", "gr\xc3\xbc\xc3\x9f", "burn", "1500", "wait"});
  View view(home, {{"LC_ALL", "C"}, {"NO_COLOR", "1"}}, 24, 160);
  REQUIRE(view.shows("gr??"));
  REQUIRE(view.shows("#"));  // the graph of a busy app
  const std::string out = view.running.out();
  CHECK(std::all_of(out.begin(), out.end(), [](unsigned char c) { return c < 0x80; }));
  for (const char* colour : {"\x1b[1m", "\x1b[2m", "\x1b[7m", "\x1b[32m"}) CHECK_FALSE(has(out, colour));
  view.running.type("q");
  view.require_clean_end();
}

TEST_CASE("MONIT in tmux, 80 x 24: what is drawn stands where it should, and the screen before is back afterwards") {
  if (run({"sh", "-c", "command -v tmux"}).exit_code != 0) SKIP_CASE("there is no tmux");
  const TemporaryHome home;
  start(home, "web", {"say", "hello in tmux", "wait"});
  const std::string socket = (home.scratch() / "tmux").string();
  const auto tmux = [&](const Words& words) {
    Command command = home.command({});
    command.argv = Words{"tmux", "-S", socket, "-f", "/dev/null"} + words;
    command.environment["LC_ALL"] = "C.UTF-8";
    command.environment["TERM"] = "xterm-256color";
    command.environment["TMUX"] = std::nullopt;
    return run(command);
  };
  const Result begun = tmux({"new-session", "-d", "-x", "80", "-y", "24", "env PS1=ready: sh"});
  if (begun.exit_code != 0) SKIP_CASE("tmux cannot run here: " + begun.err);
  const auto pane = [&] { return tmux({"capture-pane", "-p"}).out; };
  REQUIRE(wait_until([&] { return has(pane(), "ready:"); }));
  (void)tmux({"send-keys", "'" + forever_binary() + "' monit", "Enter"});
  REQUIRE(wait_until([&] { return has(pane(), "hello in tmux"); }));
  const auto lines = lines_of(pane());
  REQUIRE(lines.size() == 24);
  CHECK_THAT(lines[0], contains("1 app, 1 online"));
  CHECK_THAT(lines[1], contains("restarts"));
  CHECK_THAT(lines[2], contains("> web"));
  CHECK(lines[2].size() > 80);  // bytes: of the graphs' characters
  CHECK_THAT(lines[3], contains("-- web: out and err ---"));
  CHECK(lines[3].size() == 80);  // the last cell, too
  CHECK(lines[4] == "hello in tmux");
  CHECK_THAT(lines[23], contains("q quit"));
  (void)tmux({"send-keys", "q"});
  CHECK(wait_until([&] { return has(pane(), "ready:") && !has(pane(), "hello in tmux"); }));
  (void)tmux({"send-keys", "stty -a", "Enter"});  // lines are edited and shown again, and signals come from keys
  CHECK(wait_until([&] { return has(pane(), "\nisig icanon") && has(pane(), " echo echoe"); }));
  (void)tmux({"kill-server"});
}
