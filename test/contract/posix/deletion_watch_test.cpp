// The news of deletions.
#include "platform/deletion_watch.hpp"

#include <signal.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "platform/event_loop.hpp"
#include "platform/files.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

namespace forever {
namespace {

using test::Scratch;

bool told(EventLoop& loop, Milliseconds patience) {
  for (const LoopEvent& event : loop.wait(steady_now() + patience))
    if (event.kind == LoopEvent::Kind::signal && event.signal == kDeletionSignal) return true;
  return false;
}

TEST_CASE("STATE1 a deletion in a watched directory is reported, and nothing while nothing happens") {
  sigset_t before;
  sigprocmask(SIG_SETMASK, nullptr, &before);
  const Scratch scratch;
  const std::string folder = scratch / "app";
  REQUIRE(make_private_directory(folder));
  const std::array signals{kDeletionSignal};
  auto loop = EventLoop::create(signals);
  REQUIRE(loop);
  const auto watch = watch_deletions(folder);
  if (!watch) SKIP_CASE("this system tells nothing of deletions");
  std::ofstream(folder + "/status.json") << "text";
  CHECK_FALSE(told(*loop, Milliseconds{0}));
  std::filesystem::remove_all(folder);
  CHECK(told(*loop, Milliseconds{5000}));
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("STATE1 a missing directory cannot be watched, which is an error") {
  const Scratch scratch;
  CHECK_FALSE(watch_deletions(scratch / "none").ok());
}

}  // namespace
}  // namespace forever
