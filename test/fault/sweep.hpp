// Every system call of an operation fails once, with every error that it can plausibly give, and afterwards nothing may be
// left over: no descriptor, no child, no blocked signal.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/posix/fault.hpp"

namespace forever::test {

// The errors of the manual's section 2 that a machine in trouble gives for this call.
[[nodiscard]] std::vector<int> plausible_errors(const std::string& call);

// What of this process a failed operation might leave changed.
struct World {
  int descriptors = 0;
  std::size_t children = 0;
  std::string blocked_signals;
  friend bool operator==(const World&, const World&) = default;
};
[[nodiscard]] World look_at_world();

// Runs `operate` once to learn its calls, then once for each call of the processes that `where` names and each plausible
// error. `operate` cleans up after itself; after each run `check` sees whether what it promises still holds.
void fail_each_call(
    fault::Where where, const std::function<void()>& operate, const std::function<void()>& check = [] {});

}  // namespace forever::test
