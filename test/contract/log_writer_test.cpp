// The log writer over a real FIFO and real files: nothing lost, nothing torn, in every format and through rotation.
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "app/log_paths.hpp"
#include "test/contract/log_under_test.hpp"

using namespace forever;
using namespace forever::test;
using namespace std::chrono_literals;

TEST_CASE("LOG2 raw is byte for byte, a partial line at once", "[LOG2][log]") {
  Log log;
  log.put(std::string_view("a\0b\xff\r\n\npart", 11));
  CHECK(log.text() == std::string("a\0b\xff\r\n\npart", 11));
  log.put("ial\n");
  CHECK(log.text().ends_with("partial\n"));
}

TEST_CASE("What comes after a quiet time is written at once, a burst within 5 ms in one piece", "[log]") {
  Log log;
  log.put("first\n", 10ms);
  CHECK(log.text() == "first\n");
  CHECK_FALSE(log->deadline());
  log.put("second\n", 1ms);
  log.put("third\n", 1ms);
  CHECK(log.text() == "first\n");
  REQUIRE(log->deadline());
  log.pass(5ms);
  CHECK(log.text() == "first\nsecond\nthird\n");
  CHECK_FALSE(log->deadline());
}

TEST_CASE("A pipe that is half full is read at once", "[log]") {
  Log log;
  log.put("first\n");
  const std::string half = numbered(0, log->pipe_capacity() / 2 / 20 + 1);
  log.put(half, 1ms);
  log.pass(5ms);
  const std::string more = numbered(0, log->pipe_capacity() / 2 / 20 + 1);
  REQUIRE(::write(log.app(), more.data(), more.size()) == ssize_t(more.size()));
  log->readable(steady_now());
  log.pass(0ms);
  log.drain();
  CHECK(log.text() == "first\n" + half + more);
}

TEST_CASE("LOG1 numbered lines through rotation are all there exactly once, whole, in every format", "[LOG1][log]") {
  const LogFormat format = GENERATE(LogFormat::raw, LogFormat::time, LogFormat::json);
  Log log(format, 20'000, 50);
  constexpr std::size_t kLines = 5000;
  // In pieces that end anywhere.
  const std::string all = numbered(0, kLines, 33);
  for (std::size_t at = 0; at < all.size(); at += 7777) log.put(std::string_view(all).substr(at, 7777), 3ms);
  log.drain();
  for (unsigned i = 1; !log.text(i).empty(); ++i) {
    CHECK(log.text(i).ends_with('\n'));
    CHECK(log.text(i).size() <= 20'000);
    CHECK(log.text(i).size() > 15'000);
  }
  CHECK_FALSE(log.text(8).empty());
  if (format == LogFormat::raw) {
    CHECK(log.whole() == all);
  } else if (format == LogFormat::time) {
    CHECK(without_stamps(log.whole()) == all);
  } else {
    std::string lines;
    std::istringstream whole(log.whole());
    for (std::string line; std::getline(whole, line);)
      lines += nlohmann::json::parse(line)["line"].get<std::string>() + '\n';
    CHECK(lines == all);
  }
}

TEST_CASE("LOG1 no more files are kept than asked for, and none if none", "[LOG1][log]") {
  const unsigned keep = GENERATE(0U, 1U, 3U);
  Log log(LogFormat::raw, 1000, keep);
  for (std::size_t i = 0; i < 100; ++i) log.put(numbered(i * 10, i * 10 + 10));
  CHECK(list_directory(log.scratch().path()).size() == keep + 2);  // the log and the FIFO
  CHECK(log.text().size() <= 1000);
}

TEST_CASE("LOG1 a size of 0 means that the log is never rotated", "[LOG1][log]") {
  Log log(LogFormat::raw, 0);
  for (std::size_t i = 0; i < 100; ++i) log.put(numbered(i * 100, i * 100 + 100));
  CHECK(log.text() == numbered(0, 10'000));
  CHECK_FALSE(exists(rotated_path(log.path(), 1)));
}

TEST_CASE("LOG1 a line that is larger than the limit is whole, in a file of its own", "[LOG1][log]") {
  const LogFormat format = GENERATE(LogFormat::raw, LogFormat::time);
  Log log(format, 1000, 9);
  const std::string large(3000, 'x');
  log.put("first\n" + large + "\nlast\n");
  CHECK(log.text(2).ends_with("first\n"));
  CHECK(log.text(1).ends_with(large + '\n'));
  CHECK(log.text(0).ends_with("last\n"));
}

TEST_CASE("LOG2 lines of 64 kB and of a pipe's length are whole, with one stamp", "[LOG2][log]") {
  const LogFormat format = GENERATE(LogFormat::time, LogFormat::json);
  Log log(format);
  log->grow_pipe();
  for (const std::size_t length : {65'536UL, 200'000UL, std::size_t(log->pipe_capacity()) - 4097}) {
    REQUIRE(log->flush());
    std::string line(length, 'x');
    log.put(line + '\n', 1ms);
    log.pass(100ms);
    if (format == LogFormat::time) {
      CHECK(without_stamps(log.text()) == line + '\n');
    } else {
      const auto object = nlohmann::json::parse(log.text());
      CHECK(object["line"] == line);
      CHECK_FALSE(object.contains("partial"));
    }
  }
}

TEST_CASE("LOG2 a line longer than the pipe does not block, and is one line with one stamp", "[LOG2][log]") {
  Log log(LogFormat::time);
  const std::string line(5'000'000, 'y');
  log.put("before\n");
  log.put(line + "\nafter\n", 1ms);
  log.pass(100ms);
  CHECK(without_stamps(log.text()) == "before\n" + line + "\nafter\n");
}

TEST_CASE("LOG2 a partial line waits in the pipe for its end, then is shown without it", "[LOG2][log]") {
  Log log(LogFormat::time);
  log.put("whole\npassw");
  CHECK(without_stamps(log.text()) == "whole\n");
  log.put("ord");
  CHECK(without_stamps(log.text()) == "whole\n");
  SECTION("its end comes") {
    log.put(": ok\n");
    log.pass(5ms);
    CHECK(without_stamps(log.text()) == "whole\npassword: ok\n");
  }
  SECTION("it does not come: nothing is due any more once the line has been shown") {
    log.pass(1100ms);
    CHECK(log.text().ends_with(" password"));
    log.pass(2s);
    CHECK_FALSE(log->deadline());
    log.put("!\nnext\n");
    CHECK(without_stamps(log.text()) == "whole\npassword!\nnext\n");
  }
  SECTION("the supervisor dies meanwhile: the next one finds it in the pipe") {
    log.begin();
    log.put(": ok\n");
    CHECK(without_stamps(log.text()) == "whole\npassword: ok\n");
  }
  SECTION("STOP7 the instance ends: its last words become a line") {
    log.drain();
    CHECK(without_stamps(log.text()) == "whole\npassword\n");
  }
}
