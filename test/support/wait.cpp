// The one loop that looks, and sleeps between two looks.
#include "test/support/wait.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace forever::test {
namespace {

bool looks_until(const std::function<bool()>& condition, Milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  for (Milliseconds pause = 1ms;; pause = std::min(pause * 2, Milliseconds(20))) {
    if (condition()) return true;
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

int patience() {
  static const int times = [] {
    const char* value = std::getenv("FOREVER_TEST_PATIENCE");
    return std::max(1, value != nullptr ? std::atoi(value) : 1);
  }();
  return times;
}

bool wait_until(const std::function<bool()>& condition, Milliseconds deadline) {
  return looks_until(condition, deadline * patience());
}

bool stays_true(const std::function<bool()>& condition, Milliseconds period) {
  return !looks_until([&] { return !condition(); }, period);
}

}  // namespace forever::test
