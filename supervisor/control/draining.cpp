#include "supervisor/control/draining.hpp"

#include <algorithm>

namespace forever {
namespace {

constexpr Milliseconds kFirstLook{10};
constexpr Milliseconds kLongestPause{50};
// In a row, a tenth of a second in all: a connection may be on its way from the kernel to the program, or its handshake, which is
// not to be seen, may wait for a processor.
constexpr int kQuietLooks = 10;
constexpr Milliseconds kReconnecting{300};
constexpr unsigned kMostCounted = 1000;  // connections of an instance that drains

}  // namespace

void Draining::retire(Instance& instance, Trigger trigger, Milliseconds drain) {
  carry_out_.leave_to_end(instance, Role::retiring);
  ports_.set_active(instance.key(), false);
  app_.dirty = true;
  if (instance.life().state() != InstanceState::online || !ports_.ready(instance.key())) {
    carry_out_.advance(instance, event::Stop{trigger, false, false});
    return;
  }
  const Time now = steady_now();
  serving_.look_at_ports_of(instance, now);  // connections in the queue of a port that is no longer open do not count
  leaving_.push_back({instance.key(), now + drain, now + kFirstLook, kFirstLook, 0, trigger});
}

void Draining::tick(Time now) {
  if (reconnecting_until_ && *reconnecting_until_ <= now) reconnecting_until_.reset();
  std::vector<std::pair<std::uint32_t, Trigger>> done;
  for (Leaving& leaving : leaving_) {
    if (leaving.next_look > now) continue;
    const Instance* const instance = roster_.with_key(leaving.key);
    const bool busy = instance != nullptr && instance->life().state() == InstanceState::online &&
                      ports_.connections(leaving.key, trees_.pids(*instance), 1) > 0;
    leaving.quiet = busy ? 0 : leaving.quiet + 1;
    leaving.pause = busy ? std::min(leaving.pause * 2, kLongestPause) : kFirstLook;
    leaving.next_look = now + leaving.pause;
    const bool cut = busy && now >= leaving.until;
    if (cut && reload_.under_way()) reconnecting_until_ = now + kReconnecting;
    if (cut || leaving.quiet >= kQuietLooks || now >= leaving.until) done.emplace_back(leaving.key, leaving.trigger);
  }
  if (!done.empty()) settle_ports(now);  // before the first of their clients comes again
  for (const auto& [key, trigger] : done) {
    std::erase_if(leaving_, [key = key](const Leaving& leaving) { return leaving.key == key; });
    if (Instance* const instance = roster_.with_key(key))
      carry_out_.advance(*instance, event::Stop{trigger, false, false});
  }
}

void Draining::settle_ports(Time now) {
  // Clients that keep their connections, and have just lost them, would lose them twice. Unless there is no other slot.
  const bool sparing = reconnecting_until_ && std::ranges::any_of(roster_, [this](const Instance& instance) {
                         return serving_.may_serve(instance) && !reload_.replaces(instance.slot());
                       });
  for (Instance& instance : roster_) {
    if (serving_.is_ready(instance)) instance.life().note_ready(now);
    const InstanceState state = instance.life().state();
    ports_.set_active(instance.key(), serving_.may_serve(instance) && !(sparing && reload_.replaces(instance.slot())));
    if (at_rest(state) && app_.plan != PlanStep::restarting) ports_.release(link_, instance.key());
  }
}

void Draining::forget(std::uint32_t key) {
  std::erase_if(leaving_, [&](const Leaving& leaving) { return leaving.key == key; });
}

std::optional<Time> Draining::due(Time) const {
  std::optional<Time> soonest = reconnecting_until_;
  for (const Leaving& leaving : leaving_) sooner(soonest, std::min(leaving.next_look, leaving.until));
  return soonest;
}

std::vector<std::string> Draining::progress(Time now) const {
  std::vector<std::string> words;
  for (const Leaving& leaving : leaving_) {
    const Instance* const instance = std::as_const(roster_).with_key(leaving.key);
    if (instance == nullptr) continue;
    const unsigned count = ports_.connections(leaving.key, trees_.pids(*instance), kMostCounted);
    const auto left = std::chrono::ceil<std::chrono::seconds>(std::max(leaving.until - now, Time::duration{}));
    words.push_back(app_.name + " (pid " + std::to_string(instance->process().pid) + ") has " + std::to_string(count) +
                    (count == 1 ? " connection" : " connections") + " left; it is stopped in " +
                    std::to_string(left.count()) + " s at the latest");
  }
  return words;
}

}  // namespace forever
