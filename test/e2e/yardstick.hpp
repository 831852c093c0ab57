// How long this machine takes for a bare start of a program, at this time: tests express bounds of time in these.
#pragma once

#include <algorithm>

#include "test/e2e/apps.hpp"

namespace forever::test {

// The slowest of five.
inline Milliseconds bare_start() {
  Milliseconds slowest{1};
  for (int i = 0; i < 5; ++i) slowest = std::max(slowest, run({child_binary(), "exit", "0"}).elapsed);
  return slowest;
}

}  // namespace forever::test
