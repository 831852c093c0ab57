// Reading a log as it grows, is rotated, emptied and created again.
#include "cli/logs/log_source.hpp"
#include "app/log_paths.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "supervisor/log/log_writer.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using forever::cli::LogSource;
using test::Scratch;

namespace {

constexpr std::size_t kAll = 1U << 30U;

struct FedLog {
  Scratch scratch;
  std::string path = scratch / "web.out.log";

  void add(const std::string& text, unsigned number = 0) const {
    std::ofstream(number == 0 ? path : rotated_path(path, number), std::ios::binary | std::ios::app) << text;
  }
  void rotate() const {
    for (unsigned i = 9; i > 0; --i) (void)rename_file(rotated_path(path, i), rotated_path(path, i + 1)).ok();
    REQUIRE(rename_file(path, rotated_path(path, 1)));
  }
};

}  // namespace

TEST_CASE("LOG1 the last lines are found over rotated files", "[LOG1][logs]") {
  const FedLog log;
  log.add("1\n2\n", 2);
  log.add("3\n4\n", 1);
  log.add("5\n6\n");
  const char* expected[] = {
      "", "6\n", "5\n6\n", "4\n5\n6\n", "3\n4\n5\n6\n", "2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\n6\n"};
  for (std::size_t lines = 0; lines < std::size(expected); ++lines) {
    INFO(lines);
    CHECK(LogSource(log.path).last_lines(lines) == expected[lines]);
  }
}

TEST_CASE("A log that was removed is followed from its beginning when it is there again, whatever its inode",
          "[logs]") {
  const FedLog log;
  log.add("first\n");
  LogSource source(log.path);
  CHECK(source.last_lines(1) == "first\n");
  REQUIRE(std::filesystem::remove(log.path));
  CHECK(source.more(kAll).empty());
  log.add("second time\n");  // most file systems give it the same
  CHECK(source.more(kAll) == "second time\n");
}

TEST_CASE("Last lines: without an end, empty ones, very long ones, none at all", "[logs]") {
  const FedLog log;
  CHECK(LogSource(log.path).last_lines(3).empty());
  log.add("");
  CHECK(LogSource(log.path).last_lines(3).empty());
  log.add("a\n\n\nend");
  CHECK(LogSource(log.path).last_lines(1) == "end");
  CHECK(LogSource(log.path).last_lines(3) == "\n\nend");
  const std::string large(200'000, 'x');
  log.add("\n" + large + "\n" + large);
  CHECK(LogSource(log.path).last_lines(1) == large);
  CHECK(LogSource(log.path).last_lines(2) == large + "\n" + large);
  CHECK(LogSource(log.path).last_lines(3) == "end\n" + large + "\n" + large);
}

TEST_CASE("What is written after the last lines follows, over rotations", "[logs]") {
  const FedLog log;
  log.add("old\n");
  LogSource source(log.path);
  CHECK(source.last_lines(1) == "old\n");
  CHECK(source.more(kAll).empty());
  log.add("1\n");
  CHECK(source.more(kAll) == "1\n");

  SECTION("one rotation") {
    log.add("2\n");
    log.rotate();
    log.add("3\n");
    CHECK(source.more(kAll) == "2\n3\n");
  }
  SECTION("several between two looks, in pieces") {
    log.add("2\n");
    log.rotate();
    log.add("3\n");
    log.rotate();
    log.add("4\n");
    log.rotate();
    log.add("5\n");
    std::string all;
    for (std::string piece = source.more(3); !piece.empty(); piece = source.more(3)) all += piece;
    CHECK(all == "2\n3\n4\n5\n");
  }
  SECTION("in the middle of one") {
    log.rotate();
    CHECK(source.more(kAll).empty());
    log.add("2\n", 1);
    CHECK(source.more(kAll) == "2\n");
    log.add("");
    log.add("3\n", 1);  // the writer has not noticed yet
    CHECK(source.more(kAll) == "3\n");
    log.add("4\n");
    CHECK(source.more(kAll) == "4\n");
  }
  SECTION("LOG3 it is copied and emptied") {
    REQUIRE(::truncate(log.path.c_str(), 0) == 0);
    CHECK(source.more(kAll).empty());
    log.add("new\n");
    CHECK(source.more(kAll) == "new\n");
  }
  SECTION("it is removed and made anew") {
    REQUIRE(remove_tree(log.path));
    CHECK(source.more(kAll).empty());
    log.add("new\n");
    CHECK(source.more(kAll) == "new\n");
  }
}

TEST_CASE("A log that does not exist yet is followed from its beginning", "[logs]") {
  const FedLog log;
  LogSource source(log.path);
  CHECK(source.last_lines(10).empty());
  CHECK(source.more(kAll).empty());
  log.add("first\n");
  CHECK(source.more(kAll) == "first\n");
}
