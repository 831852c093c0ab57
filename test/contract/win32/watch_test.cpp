// Several roots that share one event.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "platform/file_watch.hpp"
#include "platform/local_socket.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace std::chrono_literals;
using test::Scratch;

TEST_CASE("WATCH2 a change in one root while others are opened is reported", "[watch]") {
  const Scratch scratch;
  const std::string first = scratch / "first";
  const std::string second = scratch / "second";
  const std::string third = scratch / "third";
  std::filesystem::create_directory(second);
  // Something changes in the second root when the first has been opened, and before the third is.
  std::unique_ptr<FileWatch> watch;
  bool changed = false;
  WatchPlan plan{{first, second, third}, [&](std::string_view path, bool) {
                   if (!changed && path.starts_with(first)) {
                     changed = true;
                     std::ofstream(second + "/main.js") << "text";
                     CHECK(wait_readable(std::array{watch->handle()}, 20s) == 0);
                   }
                   return true;
                 }};
  auto made = watch_by_kernel(std::move(plan));
  REQUIRE(made);
  watch = std::move(*made);
  std::filesystem::create_directory(third);
  std::filesystem::create_directory(first);
  std::ofstream(first + "/main.js") << "text";
  std::vector<FileChange> changes;
  REQUIRE(watch->deadline());
  REQUIRE(watch->take(*watch->deadline(), changes));
  REQUIRE(changed);
  REQUIRE_FALSE(watch->deadline());
  CHECK(wait_readable(std::array{watch->handle()}, 20s) == 0);
  REQUIRE(watch->take(steady_now(), changes));
  CHECK(std::ranges::any_of(changes, [&](const FileChange& change) { return change.path == second + "/main.js"; }));
}
