// The lock's description is shared by those who inherited it.
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "platform/lock.hpp"
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

TEST_CASE("the lock lives as long as any process has its description") {
  Scratch scratch;
  const std::string path = scratch / "lock";
  auto mine = try_lock(path);
  REQUIRE(mine);
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  const pid_t heir = ::fork();
  if (heir == 0) {
    ::close(gate[1]);
    char end = 0;
    (void)!::read(gate[0], &end, 1);
    ::_exit(0);
  }
  ::close(gate[0]);
  mine->reset();
  CHECK(state_of(path) == LockState::held);
  ::close(gate[1]);
  ::waitpid(heir, nullptr, 0);
  CHECK(state_of(path) == LockState::free);
}

TEST_CASE("the lock can be let go although others have it open") {
  Scratch scratch;
  auto mine = try_lock(scratch / "lock");
  REQUIRE(mine);
  const Handle copy(::dup(mine->get()));
  unlock(mine->get());
  CHECK(state_of(scratch / "lock") == LockState::free);
}

TEST_CASE("STATE1 a lock file that was deleted is noticed, and another can be made") {
  Scratch scratch;
  const std::string path = scratch / "lock";
  auto mine = try_lock(path);
  REQUIRE(mine);
  std::filesystem::remove(path);
  CHECK_FALSE(lock_is_at(mine->get(), path));
  auto other = try_lock(path);
  REQUIRE(other);
  CHECK(*other);
  CHECK(lock_is_at(other->get(), path));
}

}  // namespace
}  // namespace forever
