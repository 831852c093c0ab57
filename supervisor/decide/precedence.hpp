// What comes while something else runs: every pair, decided once. Pure.
//
// The last request wins, or it is refused with a reason. A client that waits for an overtaken operation is answered at once.
//
//                what comes
//   what runs    start  stop      restart   reload    scale  configure  signal  upgrade  cron  watch     memory  health  crash
//   nothing      act    act       act       act       act    act        act     act      act   act       act     act     act
//   starting     join   overtake  overtake  act       act    act        act     act      pass  overtake  pass    pass    act
//   stopping     over.  join      overtake  refuse    act    act        act     act      pass  pass      pass    pass    act
//   restarting   join   overtake  join      wait      wait   act        act     act      pass  join      pass    pass    act
//   reloading    join   overtake  overtake  overtake  wait   act        act     refuse   pass  overtake  pass    pass    act
//   scaling      join   overtake  act       act       act    act        act     act      act   act       act     act     act
//   upgrading    act    act       act       wait      act    act        act     join     act   act       act     act     act
//
//   act       both come about: it is carried out at once beside what runs
//   join      what runs leads there; only what is missing is added (a start starts what rests, `stop --force` hastens the stop)
//   overtake  the running operation fails, and the new one is carried out at once
//   wait      it is begun as soon as what runs has ended
//   refuse    nothing is done, and the answer says why
//   pass      it is automatic, and nothing is done: what runs gives the app new processes anyway, or none
//
// `delete` is a stop, and then the record is removed by the command, under the lock. `send` goes to the program, not here. A scale
// of an app that is being stopped is for its next start. A crash is decided by each lifecycle (lifecycle.hpp) and, where the new
// process of a reload has crashed, by the reload (reload.hpp).
#pragma once

#include <cstdint>

namespace forever {

enum class UnderWay : std::uint8_t { nothing, starting, stopping, restarting, reloading, scaling, upgrading };
enum class Incoming : std::uint8_t {
  start,
  stop,
  restart,
  reload,
  scale,
  configure,
  signal,
  upgrade,
  cron,
  watch,
  memory,
  health,
  crash
};
enum class Ruling : std::uint8_t { act, join, overtake, wait, refuse, pass };

[[nodiscard]] Ruling ruling_on(UnderWay running, Incoming incoming) noexcept;

// Whether `newer`, once carried out, makes the result of `older` impossible.
[[nodiscard]] bool is_overtaken(Incoming older, Incoming newer) noexcept;

// "it is being stopped": for a refusal, and for those who wait.
[[nodiscard]] const char* describe(UnderWay running) noexcept;

}  // namespace forever
