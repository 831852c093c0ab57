// What takes the place of signals between processes of ours.
#include <array>
#include <thread>

#include "platform/event_loop.hpp"
#include "platform/process.hpp"
#include "platform/signals.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace std::chrono_literals;

TEST_CASE("STOP1 a signal is reported once, whether it comes before the loop waits or while it does", "[loop]") {
  auto loop = EventLoop::create(std::array{kInterruptSignal});
  REQUIRE(loop);
  const auto self = identify(current_pid());
  REQUIRE(self);
  for (int time = 0; time < 200; ++time) {
    std::thread sender([&] { (void)send_signal(*self, kInterruptSignal).ok(); });
    const auto events = loop->wait(steady_now() + 20s);
    sender.join();
    INFO("the " << time << "th");
    REQUIRE(events.size() == 1);
    REQUIRE(events[0].kind == LoopEvent::Kind::signal);
    REQUIRE(events[0].signal == kInterruptSignal);
  }
  REQUIRE(loop->wait(steady_now()).empty());
}
