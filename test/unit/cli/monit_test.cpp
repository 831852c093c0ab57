// The live view as data: keys, selection, log, and what is drawn on screens of any size.
#include <algorithm>

#include "cli/monit/view.hpp"
#include "cli/terminal/frame.hpp"
#include "test/support/catch.hpp"
#include "text/printable.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

constexpr TerminalSize kSize{24, 80};
constexpr MonitStyle kPlain{false, true};

AppLook shown(const std::string& name, const std::string& state = "online", double cpu = 1.5) {
  AppLook look;
  look.view.name = look.view.status.name = name;
  look.state = state;
  look.cpu_percent = cpu;
  look.memory_bytes = 10U << 20U;
  look.view.status.instances.emplace_back();
  look.view.status.instances.back().process.pid = 4711;
  look.instances.push_back({state == "online", false, Milliseconds{61000}, 10U << 20U, cpu, Milliseconds{0}});
  return look;
}

MonitView three() {
  MonitView view;
  view.take({shown("web"), shown("api", "backoff"), shown("job", "stopped")});
  return view;
}

Key text(const std::string& character) { return {Key::Kind::text, character}; }
Key key(Key::Kind kind) { return {kind, {}}; }

std::optional<MonitCommand> press_all(MonitView& view, const std::vector<Key>& keys) {
  std::optional<MonitCommand> last;
  for (const Key& one : keys) last = press(view, one, kSize);
  return last;
}

std::string all(const Frame& frame) {
  std::string lines;
  for (const std::string& line : frame) lines += line + "\n";
  return lines;
}

std::string without_colours(const std::string& line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      while (i < line.size() && line[i] != 'm') ++i;
    } else {
      out += line[i];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("MONIT keys are read from the bytes of every terminal, junk is swallowed") {
  const auto kinds = [](std::string bytes) {
    std::vector<Key::Kind> found;
    for (const Key& one : take_keys(bytes)) found.push_back(one.kind);
    CHECK(bytes.empty());
    return found;
  };
  using Kind = Key::Kind;
  using Kinds = std::vector<Kind>;
  CHECK(kinds("\x1b[A\x1bOB\x1b[C\x1b[D") == Kinds{Kind::up, Kind::down, Kind::right, Kind::left});
  CHECK(kinds("\x1b[5~\x1b[6~\x1b[H\x1bOF\x1b[1~\x1b[4~") ==
        Kinds{Kind::page_up, Kind::page_down, Kind::home, Kind::end, Kind::home, Kind::end});
  CHECK(kinds("\r\n\x7f\b\x1b\x0c") ==
        Kinds{Kind::enter, Kind::enter, Kind::backspace, Kind::backspace, Kind::escape, Kind::redraw});
  CHECK(kinds("\x1b[200~\x1b[1;5A\x01\xff\xfe").empty());
  std::string word = "a\xc3\xbc";
  CHECK(take_keys(word) == std::vector<Key>{text("a"), text("\xc3\xbc")});
}

TEST_CASE("MONIT only lines that changed are written, all of them on a new size") {
  CHECK(frame_update({"a", "b"}, {"a", "b"}, 4).empty());
  CHECK(frame_update({"a", "b"}, {"a", "c"}, 4) == "\x1b[2;1Hc\x1b[0m\x1b[K");
  CHECK(frame_update({}, {"a"}, 4).starts_with("\x1b[2J\x1b[1;1Ha"));
  // The last cell of a line that is as wide as the screen is not erased.
  for (const char* full : {"abcd", "\x1b[1mab\x1b[0mcd", "\x1b[7m\xe6\xbc\xa2\xe6\xbc\xa2\x1b[0m"})
    CHECK(frame_update({"a"}, {full}, 4) == std::string{"\x1b[1;1H"} + full + "\x1b[0m");
  CHECK(frame_update({"a"}, {"\x1b[1mabc\x1b[0m"}, 4).ends_with("\x1b[K"));
}

TEST_CASE("MONIT arrows and j, k select, and stay at the ends") {
  MonitView view = three();
  CHECK(view.selected == "web");
  press_all(view, {key(Key::Kind::up)});
  CHECK(view.selected == "web");
  press_all(view, {key(Key::Kind::down), text("j"), text("j")});
  CHECK(view.selected == "job");
  press_all(view, {text("k"), key(Key::Kind::up)});
  CHECK(view.selected == "web");
}

TEST_CASE("MONIT r restarts, R reloads, s stops what runs and starts what does not, q quits") {
  MonitView view = three();
  CHECK(press_all(view, {text("q")})->kind == MonitCommand::Kind::quit);
  CHECK_FALSE(press_all(view, {text("r")}));
  const auto restart = press_all(view, {text("y")});
  CHECK(restart->kind == MonitCommand::Kind::restart);
  CHECK(restart->app == "web");
  const auto reload = press_all(view, {text("R")});
  CHECK(reload->kind == MonitCommand::Kind::reload);
  CHECK(reload->app == "web");
  CHECK(press_all(view, {text("s"), text("y")})->kind == MonitCommand::Kind::stop);
  CHECK(press_all(view, {text("j"), text("s"), text("y")})->kind == MonitCommand::Kind::stop);  // in back-off
  CHECK(press_all(view, {text("j"), text("s")})->kind == MonitCommand::Kind::start);
  CHECK(press_all(view, {key(Key::Kind::redraw)})->kind == MonitCommand::Kind::redraw);
  MonitView none;
  none.take({});
  CHECK_FALSE(press_all(none, {text("r"), text("R"), text("s"), text("j"), key(Key::Kind::page_up), text("x")}));
}

TEST_CASE("MONIT / filters while it is typed, Enter keeps it, Esc clears it") {
  MonitView view = three();
  press_all(view, {text("/"), text("j"), text("o")});
  CHECK(view.typing_filter);
  CHECK(view.shown().size() == 1);
  CHECK(view.selected == "job");
  CHECK_FALSE(press_all(view, {text("q")}));  // a letter of the filter now
  CHECK(view.shown().empty());
  CHECK(view.selected.empty());
  press_all(view, {key(Key::Kind::backspace), key(Key::Kind::enter)});
  CHECK_FALSE(view.typing_filter);
  CHECK(view.filter == "jo");
  press_all(view, {key(Key::Kind::escape)});
  CHECK(view.shown().size() == 3);
  CHECK(view.selected == "job");
  press_all(view, {text("/"), text("backoff"), key(Key::Kind::escape)});
  CHECK(view.filter.empty());
}

TEST_CASE("MONIT the log scrolls, and what is read stays in place while more is written") {
  MonitView view = three();
  for (int i = 0; i < 100; ++i) view.add_log({false, "line " + std::to_string(i)});
  CHECK_THAT(all(draw(view, kSize, kPlain)), contains("line 99"));
  press_all(view, {key(Key::Kind::page_up), key(Key::Kind::page_up)});
  const std::string before = all(draw(view, kSize, kPlain));
  CHECK(before.find("line 99") == std::string::npos);
  view.add_log({false, "line 100"});
  const std::string after = all(draw(view, kSize, kPlain));
  CHECK(after.substr(after.find("\nline")) == before.substr(before.find("\nline")));
  press_all(view, {key(Key::Kind::home)});
  CHECK_THAT(all(draw(view, kSize, kPlain)), contains("line 0"));
  press_all(view, {key(Key::Kind::end)});
  CHECK_THAT(all(draw(view, kSize, kPlain)), contains("line 100"));
  press_all(view, {key(Key::Kind::page_down)});
  CHECK(view.scrolled == 0);
}

TEST_CASE("MONIT Enter shows the log alone, o chooses the stream, ? the keys") {
  MonitView view = three();
  view.add_log({true, "a line"});
  press_all(view, {key(Key::Kind::enter)});
  CHECK(all(draw(view, kSize, kPlain)).find("backoff") == std::string::npos);
  press_all(view, {key(Key::Kind::enter)});
  CHECK_THAT(all(draw(view, kSize, kPlain)), contains("backoff"));
  const unsigned epoch = view.log_epoch;
  press_all(view, {text("o")});
  CHECK(view.log_choice == LogChoice::out);
  CHECK(view.log_epoch != epoch);
  press_all(view, {text("o")});
  CHECK(view.log_choice == LogChoice::err);
  press_all(view, {text("o")});
  CHECK(view.log_choice == LogChoice::both);
  press_all(view, {text("?")});
  CHECK_THAT(all(draw(view, kSize, kPlain)), contains("Press any key to continue"));
  CHECK(all(draw(view, kSize, kPlain)).find("\xe2\x80\xa6") == std::string::npos);  // nothing is cut off
  CHECK_FALSE(press_all(view, {text("r")}));
  CHECK_FALSE(view.helping);
}

TEST_CASE("MONIT every frame fits its screen, whatever the size, the names and the style") {
  MonitView view;
  std::vector<AppLook> looks;
  for (int i = 0; i < 40; ++i)
    looks.push_back(shown("app-" + std::to_string(i), i % 3 == 0 ? "backoff" : "online", i * 10));
  looks.push_back(shown(std::string(128, 'x')));
  looks.push_back(shown("\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"));
  for (int round = 0; round < 5; ++round) view.take(looks);
  view.selected = "app-39";
  for (int i = 0; i < 50; ++i) view.add_log({i % 2 == 0, "\xe6\xbc\xa2" + std::string(300, 'y')});
  view.message = std::string(500, 'm');
  for (const bool zoomed : {false, true}) {
    for (const bool helping : {false, true}) {
      view.zoomed = zoomed;
      view.helping = helping;
      for (int rows = 1; rows < 40; rows += 3) {
        for (int columns = 1; columns < 240; columns += 7) {
          for (const MonitStyle style : {MonitStyle{true, true}, MonitStyle{false, true}, MonitStyle{true, false}}) {
            const Frame frame = draw(view, {rows, columns}, style);
            REQUIRE(frame.size() == static_cast<std::size_t>(rows));
            for (const std::string& line : frame) {
              const std::string plain = without_colours(line);
              INFO(rows << "x" << columns << ": " << plain);
              REQUIRE(display_width(plain) <= static_cast<std::size_t>(columns));
              if (!style.utf8)
                REQUIRE(std::all_of(plain.begin(), plain.end(), [](unsigned char c) { return c < 0x80; }));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("MONIT 80 columns and 24 rows show what is needed: sums, states, CPU, memory, restarts, uptime, keys") {
  MonitView view = three();
  const std::string screen = all(draw(view, kSize, kPlain));
  for (const char* part : {"3 apps, 1 online", "name", "restarts", "> web", "1.5%", "10M", "4711", "backoff", "stopped",
                           "-- web: out and err", "q quit"})
    CHECK_THAT(screen, contains(part));
  CHECK_THAT(all(draw(view, kSize, kPlain)), contains("\xe2\x96"));  // graphs, too
  MonitView none;
  none.state_directory = "/home/me/.forever";
  none.take({});
  CHECK_THAT(all(draw(none, kSize, kPlain)), contains("no apps in /home/me/.forever"));
}

TEST_CASE("MONIT long names are cut in the middle, so that their ends tell them apart") {
  MonitView view;
  view.take({shown("payment-service-worker-1"), shown("payment-service-worker-2")});
  for (const int columns : {60, 80, 100}) {
    const std::string screen = all(draw(view, {24, columns}, kPlain));
    INFO(screen);
    CHECK_THAT(screen, contains("ker-1 "));
    CHECK_THAT(screen, contains("ker-2 "));
    CHECK_THAT(screen, contains("> payme"));
  }
}

TEST_CASE("MONIT a graph is as wide as it is to be, and as high as its samples") {
  CHECK(graph({0, 50, 100}, 5, 100, false) == "   -#");
  CHECK(graph({0, 50, 100, 200}, 2, 100, true) == "\xe2\x96\x88\xe2\x96\x88");
  CHECK(graph({0.1}, 1, 100, false) == "_");
  CHECK(graph({}, 3, 0, true) == "   ");
}

TEST_CASE("REAL36 monit asks before it stops or restarts, and any key but y is a no") {
  MonitView view = three();
  for (const char* no : {"n", "q", "s", "r", " "}) {
    press_all(view, {text("s")});
    REQUIRE(view.asking);
    CHECK_THAT(draw(view, kSize, kPlain).back(), contains("stop web? y: yes"));
    CHECK_FALSE(press_all(view, {text(no)}));
    CHECK_FALSE(view.asking);
  }
  press_all(view, {text("r")});
  CHECK_THAT(draw(view, kSize, kPlain).back(), contains("restart web? y: yes"));
  CHECK(press_all(view, {text("y")})->kind == MonitCommand::Kind::restart);
}

TEST_CASE("REAL36 monit shows names and states in full on a wide screen") {
  MonitView view = three();
  std::vector<AppLook> looks = view.looks;
  const std::string name = "a-service-with-quite-a-long-name-of-its-own";
  looks.front().view.name = looks.front().view.status.name = name;
  view.take(looks);
  CHECK_THAT(all(draw(view, {40, 220}, kPlain)), contains(name + " "));
  CHECK(all(draw(view, {24, 80}, kPlain)).find(name + " ") == std::string::npos);
}
