// A rolling reload that is under way: one slot at a time, the next generation beside the present one.
//
//   raising     a new process of the slot runs, and is not ready yet. Ready: it takes over. It ends, or its time is over: the
//               reload has failed, the old process serves on.
//   leaving     the old process gets no new connection. Once its connections have ended it is stopped; then the next slot.
//   restarting  where no port is shared the two cannot run side by side: the slot is restarted, and waited for.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/clock.hpp"
#include "supervisor/decide/lifecycle.hpp"

namespace forever {

struct ReloadTimes {
  Milliseconds ready{30000};  // for a new process until it is ready
  Milliseconds drain{10000};  // for the connections of an old one
};

struct Reload {
  enum class Step : std::uint8_t { raising, leaving, restarting };
  std::vector<std::uint32_t> left;  // slots that come after this one
  std::uint32_t slot = 0;
  Trigger trigger = Trigger::reload;  // why the old processes end
  Step step = Step::raising;
  std::uint32_t key = 0;       // of the instance that is waited for
  std::uint64_t restarts = 0;  // restarting: the slot's count, by which a crash is told
  ReloadTimes times;
  Time deadline{};  // raising, restarting: until when it must be ready
};

}  // namespace forever
