// The lock that says "supervised".
#include "platform/lock.hpp"

#include "platform/files.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

namespace forever {
namespace {

using test::Scratch;

LockState state_of(const std::string& path) {
  auto probed = probe_lock(path);
  REQUIRE(probed);
  return *probed;
}

TEST_CASE("one holds the lock, others see this, and a probe takes nothing") {
  Scratch scratch;
  const std::string path = scratch / "lock";
  CHECK(state_of(path) == LockState::free);  // no file yet
  auto mine = try_lock(path);
  REQUIRE(mine);
  REQUIRE(*mine);
  CHECK(state_of(path) == LockState::held);
  auto another = try_lock(path);
  REQUIRE(another);
  CHECK_FALSE(*another);
  CHECK(state_of(path) == LockState::held);
  mine->reset();
  CHECK(state_of(path) == LockState::free);
  auto third = try_lock(path);
  REQUIRE(third);
  CHECK(*third);
}

TEST_CASE("STATE1 a lock file that was taken away or replaced is noticed") {
  Scratch scratch;
  const std::string path = scratch / "lock";
  auto mine = try_lock(path);
  REQUIRE(mine);
  CHECK(lock_is_at(mine->get(), path));
  REQUIRE(rename_file(path, scratch / "gone"));
  CHECK_FALSE(lock_is_at(mine->get(), path));
  auto other = try_lock(path);
  REQUIRE(other);
  CHECK(*other);
  CHECK_FALSE(lock_is_at(mine->get(), path));
  CHECK(lock_is_at(other->get(), path));
}

TEST_CASE("a lock in a directory that is not there is an error, a probe of it is not") {
  Scratch scratch;
  CHECK_FALSE(try_lock(scratch / "no/lock"));
  CHECK(state_of(scratch / "no/lock") == LockState::free);
}

}  // namespace
}  // namespace forever
