// The one loop that looks, and sleeps between two looks.
#include "test/support/wait.hpp"

#include <algorithm>
#include <thread>

namespace forever::test {

bool wait_until(const std::function<bool()>& condition, Milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  for (Milliseconds pause = 1ms;; pause = std::min(pause * 2, Milliseconds(20))) {
    if (condition()) return true;
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(pause);
  }
}

bool stays_true(const std::function<bool()>& condition, Milliseconds period) {
  return !wait_until([&] { return !condition(); }, period);
}

}  // namespace forever::test
