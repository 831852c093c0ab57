// Whether a supervisor goes on, waits or steps down, by what it finds under the name of its lock. Pure.
//
// Two supervisors of one app must never both act, and the lock alone decides: the one that holds the file under its name stays. Its file
// can be deleted, or replaced, while a supervisor holds it; a supervisor that notices this tries to take it again.
//
//   lock under the name       another keeper or supervisor   stance
//   ours, or taken again      any                            goes on
//   cannot be reached         any                            goes on (the disk's trouble is not the app's), and tries again
//   held by another process   lives                          steps down: that one adopts what lives, and nothing is signalled
//   held by another process   none                           waits: a command holds it for a moment, or launches a supervisor that is
//                                                            not to be seen yet; after kLockPatience it goes on and tries again
//
// What waits starts nothing: no gate is opened and nothing is put on record.
#pragma once

#include <cstdint>

#include "platform/clock.hpp"

namespace forever {

enum class LockFound : std::uint8_t { ours, unreachable, others };
enum class Stance : std::uint8_t { goes_on, waits, steps_down };

inline constexpr Milliseconds kLockPatience{2000};  // far longer than a command holds a lock
inline constexpr Milliseconds kLockRetry{20};

[[nodiscard]] constexpr Stance stance_of(LockFound lock, bool another_watches, Milliseconds waited) noexcept {
  switch (lock) {
    case LockFound::ours:
    case LockFound::unreachable: return Stance::goes_on;
    case LockFound::others: break;
  }
  if (another_watches) return Stance::steps_down;
  return waited < kLockPatience ? Stance::waits : Stance::goes_on;
}

}  // namespace forever
