// Ending what holds a port or bears a name.
#include "cli/processes/end.hpp"

#include <algorithm>

#include "cli/apps/stop_each.hpp"
#include "platform/local_socket.hpp"
#include "platform/signals.hpp"

namespace forever::cli {
namespace {

constexpr Milliseconds kLook{10};
constexpr Milliseconds kAfterKill{5000};  // the kernel's own time: memory to give back, a core to write

bool ours(const Occupant& occupant) { return occupant.owner && occupant.owner->elsewhere.empty(); }

bool runs_us(Pid pid) {
  for (Pid at = current_pid(); at > 1; at = parent_of(at)) {
    if (at == pid) return true;
  }
  return false;
}

// What stop's selectors call the owner.
std::string selector_of(const Owner& owner) {
  return owner.slot && owner.several ? "pid:" + std::to_string(owner.instance) : "name:" + owner.app;
}

void stop_apps(const std::vector<std::string>& selectors, const EndingHow& how, Ending& ending) {
  if (selectors.empty()) return;
  auto found = find_apps(selectors, false);
  if (const auto* failure = std::get_if<Failure>(&found)) {
    ending.failed.push_back(failure->message);
    return;
  }
  const StopHow stop{how.signal == kKillSignal, how.quiet};
  for (Outcome& outcome : stop_targets(std::get<Selection>(found), stop))
    (outcome.ok ? ending.done : ending.failed).push_back(std::move(outcome.text));
}

// Why `occupant` is not to be signalled; nothing if it may be.
std::optional<std::string> reason_to_spare(const Occupant& occupant) {
  if (occupant.program.id.pid <= 1) return "is process 1; it was not signalled";
  if (runs_us(occupant.program.id.pid)) return "is an ancestor of this command; it was not signalled";
  if (occupant.owner)
    return "is supervised as '" + occupant.owner->app + "' in " + occupant.owner->elsewhere +
           "; stop it there: FOREVER_HOME=" + occupant.owner->elsewhere + " forever stop " + occupant.owner->app;
  return std::nullopt;
}

// Waits until all are gone, or the time is over; drops those that are.
void await_all(std::vector<const Occupant*>& left, Milliseconds patience,
               const std::function<bool(const Occupant&)>& gone, Ending& ending) {
  const Time deadline = steady_now() + patience;
  for (;;) {
    std::erase_if(left, [&](const Occupant* occupant) {
      const bool is_gone = presence(occupant->program.id) != Presence::alive || gone(*occupant);
      if (is_gone) ending.done.push_back(words_for(*occupant) + " ended");
      return is_gone;
    });
    if (left.empty() || steady_now() >= deadline) return;
    (void)wait_readable({}, kLook);
  }
}

void signal_all(std::vector<const Occupant*>& whom, int signal, Ending& ending) {
  std::erase_if(whom, [&](const Occupant* occupant) {
    const Status sent = send_signal(occupant->program.id, signal);
    if (sent || presence(occupant->program.id) != Presence::alive) return false;
    ending.failed.push_back(words_for(*occupant) + ": " + sent.error().message());
    return true;
  });
}

void end_strangers(std::vector<const Occupant*> whom, const EndingHow& how,
                   const std::function<bool(const Occupant&)>& gone, Ending& ending) {
  const int signal = how.signal.value_or(kTermSignal);
  signal_all(whom, signal, ending);
  await_all(whom, how.patience, gone, ending);
  if (!how.signal && !whom.empty()) {
    for (const Occupant* occupant : whom) {
      if (!how.quiet) tell(words_for(*occupant) + " ignores " + signal_name(signal) + ", KILL now");
    }
    signal_all(whom, kKillSignal, ending);
    await_all(whom, kAfterKill, gone, ending);
  }
  for (const Occupant* occupant : whom)
    ending.failed.push_back(words_for(*occupant) + " is still running after " +
                            signal_name(how.signal.value_or(kKillSignal)));
}

}  // namespace

Ending end_occupants(const std::vector<Occupant>& occupants, const EndingHow& how,
                     const std::function<bool(const Occupant&)>& gone) {
  Ending ending;
  std::vector<std::string> selectors;
  std::vector<const Occupant*> strangers;
  for (const Occupant& occupant : occupants) {
    if (ours(occupant)) {
      const std::string selector = selector_of(*occupant.owner);
      if (std::find(selectors.begin(), selectors.end(), selector) == selectors.end()) selectors.push_back(selector);
    } else if (const auto reason = reason_to_spare(occupant)) {
      ending.failed.push_back(words_for(occupant) + " " + *reason);
    } else {
      strangers.push_back(&occupant);
    }
  }
  stop_apps(selectors, how, ending);
  end_strangers(std::move(strangers), how, gone, ending);
  return ending;
}

}  // namespace forever::cli
