// Waiting for a condition with a deadline, the only way in which tests wait.
#pragma once

#include <chrono>
#include <functional>

namespace forever::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// How many times as long as on a machine of its own a test waits: FOREVER_TEST_PATIENCE in the environment, else 1.
[[nodiscard]] int patience();

// True as soon as `condition` is; false once the deadline has passed. Looks after 1 ms, then less and less often, but
// every 20 ms at least. The deadline counts `patience()` times.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition, Milliseconds deadline = 10s);

// True if `condition` held all the time; false at the first check at which it did not.
[[nodiscard]] bool stays_true(const std::function<bool()>& condition, Milliseconds period);

}  // namespace forever::test
