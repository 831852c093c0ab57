// The lock, beside those who look at it.
#include "platform/lock.hpp"

#include <thread>

#include "platform/local_socket.hpp"
#include "platform/win32/replace.hpp"
#include "platform/win32/system.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace std::chrono_literals;
using test::Scratch;

TEST_CASE("STATE1 a process gets a free lock although a probing process is delayed", "[lock]") {
  const Scratch scratch;
  const std::string path = scratch / "lock";
  REQUIRE(try_lock(path));
  Handle looker(
      win32::as_native(::CreateFileW(win32::wide_path(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                                     FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr)));
  REQUIRE(looker);
  // A probe is a shared lock of both bytes (platform/win32/lock.cpp).
  OVERLAPPED place = win32::place_of(std::uint64_t{1} << 62U);
  REQUIRE(::LockFileEx(win32::as_handle(looker.get()), LOCKFILE_FAIL_IMMEDIATELY, 0, 2, 0, &place) != 0);
  std::thread held_up([&] {
    (void)wait_readable({}, 50ms);
    looker.reset();
  });
  const auto lock = try_lock(path);
  held_up.join();
  REQUIRE(lock);
  CHECK(*lock);
}
