// A rolling reload: one slot at a time, the next generation beside the present one. Pure: (state, event, now) -> (state, actions).
//
//   idle        nothing is reloaded.
//   raising     a new process of the slot runs beside the old one, and is not ready yet. Ready: it takes over. It ends: the reload
//               has failed, the old process keeps serving. Its time is over, or the reload is overtaken: it is withdrawn.
//   leaving     the old process gets no new connection. Once it is gone the next slot comes. Overtaken: over, the process leaves all the same.
//   restarting  where no port is shared the two cannot run side by side: the slot is restarted, and waited for. It ends, crashes or
//               its time is over: the reload has failed. Overtaken: over.
//   ending      a new process was withdrawn; once it is gone the failure is reported.
//
// What is late or impossible in a state changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/state.hpp"
#include "platform/clock.hpp"

namespace forever {

struct ReloadTimes {
  Milliseconds ready{30000};  // for a new process until it is ready
  Milliseconds drain{10000};  // for the connections of an old one
};

namespace reload_event {
struct Begin {
  std::vector<std::uint32_t> slots;  // those that serve, or try to
  bool overlap = true;               // their ports are shared or held, so that two processes can run side by side
  Trigger trigger = Trigger::reload;
  ReloadTimes times;
};
struct Missing {};  // the slot that comes is no part of the app any more
struct Ready {};    // the process that is waited for is as good as the one that it replaces
struct Ended {
  std::string how;  // "has ended: exit 1"
};                  // it has ended by itself, is in back-off or has crashed
struct Gone {};     // leaving: the old process; ending: the new one
struct GiveUp {
  std::string why;
};
struct Tick {};
}  // namespace reload_event
using ReloadEvent = std::variant<reload_event::Begin, reload_event::Missing, reload_event::Ready, reload_event::Ended,
                                 reload_event::Gone, reload_event::GiveUp, reload_event::Tick>;

namespace reload_action {
struct Raise {};     // starts the next generation of slot() beside the present one
struct Restart {};   // restarts slot()
struct Promote {};   // the new process takes over, and the old one drains
struct Withdraw {};  // stops the new process
struct Finish {
  std::string trouble;  // empty: all slots have new processes
};
}  // namespace reload_action
using ReloadAction = std::variant<reload_action::Raise, reload_action::Restart, reload_action::Promote,
                                  reload_action::Withdraw, reload_action::Finish>;

class Reload {
 public:
  enum class Step : std::uint8_t { idle, raising, leaving, restarting, ending };
  using Actions = std::vector<ReloadAction>;

  [[nodiscard]] Actions handle(const ReloadEvent& event, Time now);

  [[nodiscard]] Step step() const noexcept { return step_; }
  [[nodiscard]] bool under_way() const noexcept { return step_ != Step::idle; }
  [[nodiscard]] std::uint32_t slot() const noexcept { return slot_; }
  [[nodiscard]] Trigger trigger() const noexcept { return trigger_; }  // why the old processes end
  [[nodiscard]] const ReloadTimes& times() const noexcept { return times_; }
  // Until when the process that is waited for must be ready.
  [[nodiscard]] std::optional<Time> deadline() const noexcept;
  // Whether the slot's present process is to be replaced yet.
  [[nodiscard]] bool replaces(std::uint32_t slot) const noexcept;

 private:
  Actions on(const reload_event::Begin& begin, Time now);
  Actions on(const reload_event::Missing&, Time now);
  Actions on(const reload_event::Ready&, Time now);
  Actions on(const reload_event::Ended& ended, Time now);
  Actions on(const reload_event::Gone&, Time now);
  Actions on(const reload_event::GiveUp& give_up, Time now);
  Actions on(const reload_event::Tick&, Time now);

  Actions next(Time now);
  Actions withdraw(std::string why);
  Actions finish(std::string trouble);

  Step step_ = Step::idle;
  std::vector<std::uint32_t> left_;  // slots that come after this one
  std::uint32_t slot_ = 0;
  bool overlap_ = true;
  Trigger trigger_ = Trigger::reload;
  ReloadTimes times_;
  Time deadline_{};
  std::string trouble_;  // ending: what is reported then
};

}  // namespace forever
