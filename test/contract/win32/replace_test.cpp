// Files that others have open for a moment, as virus scanners and indexers do.
#include <atomic>
#include <cerrno>
#include <thread>

#include "platform/files.hpp"
#include "platform/win32/system.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using test::Scratch;

TEST_CASE("STATE1 a file is written also while another process has its neighbour open", "[files]") {
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

// A rotation takes a missing file for a free number, and renames the next file to it.
TEST_CASE("LOG3 a file that another process reads without sharing is not reported as missing", "[files]") {
  const Scratch scratch;
  const std::string from = scratch / "log.1", to = scratch / "log.2";
  REQUIRE(write_atomically(from, "lines", Durability::rename_only));
  Handle reader(
      win32::as_native(::CreateFileW(win32::wide_path(from).c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                     nullptr, OPEN_EXISTING, 0, nullptr)));
  REQUIRE(reader);
  const Status renamed = rename_file(from, to);
  REQUIRE_FALSE(renamed);
  CHECK(renamed.error().code.value() != ENOENT);
  reader.reset();
  REQUIRE(rename_file(from, to));
  CHECK(*read_file(to) == "lines");
}
