// Independent pieces of reading work, shared among the processors. For commands only: a supervisor has no threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace forever {

// Calls `work` once for each index below `count`, at the same time for different indices where there are many. `work`
// must not throw, and must write nothing but what belongs to its index.
template <class Work>
void side_by_side(std::size_t count, const Work& work) {
  constexpr std::size_t kWorthAThread = 64;  // fewer are done before a thread has begun
  constexpr unsigned kMostThreads = 4;
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t index = 0; (index = next.fetch_add(1)) < count;) work(index);
  };
  std::vector<std::thread> others;
  const unsigned wanted = count < kWorthAThread ? 1 : std::min(kMostThreads, std::thread::hardware_concurrency());
  try {
    while (others.size() + 1 < wanted) others.emplace_back(take);
  } catch (const std::system_error&) {
    // No more threads are to be had: those that there are do it all.
  }
  take();
  for (std::thread& other : others) other.join();
}

}  // namespace forever
