// Files that others have open for a moment, as virus scanners and indexers do.
#include <atomic>
#include <thread>

#include "platform/files.hpp"
#include "platform/win32/system.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using test::Scratch;

TEST_CASE("STATE1 a file is written also while somebody has looked at what is beside it", "[files]") {
  const Scratch scratch;
  const std::string path = scratch / "status.json";
  for (int round = 0; round < 20; ++round) {
    std::atomic<bool> go = false;
    Handle held(win32::as_native(::CreateFileW(win32::wide_path(path + "~").c_str(), GENERIC_READ, 0, nullptr,
                                               OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr)));
    REQUIRE(held);
    std::thread scanner([&] {
      while (!go) ::SwitchToThread();
      held.reset();
    });
    go = true;
    const Status written = write_atomically(path, "round " + std::to_string(round), Durability::rename_only);
    scanner.join();
    REQUIRE(written);
  }
  CHECK(read_file(path, 100).ok());
}
