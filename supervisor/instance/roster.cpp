#include "supervisor/instance/roster.hpp"

#include <algorithm>

namespace forever {

Instance& Roster::add(std::uint32_t slot, const AppSpec& spec) {
  const auto after = std::ranges::find_if(instances_, [&](const Instance& other) { return other.slot() > slot; });
  return *instances_.emplace(after, slot, spec, next_key_++);
}

void Roster::remove_ended(const std::function<void(const Instance&, bool last)>& leaves) {
  const auto ended = [](const Instance& instance) {
    return instance.role() != Role::serving && at_rest(instance.life().state());
  };
  for (const Instance& instance : instances_) {
    if (ended(instance)) leaves(instance, std::ranges::count(instances_, instance.slot(), &Instance::slot) == 1);
  }
  instances_.remove_if(ended);
}

void Roster::put_before(const Instance& instance, std::uint32_t other) {
  const auto place = std::ranges::find(instances_, other, &Instance::key);
  const auto moved = std::ranges::find(instances_, instance.key(), &Instance::key);
  instances_.splice(place, instances_, moved);
}

const Instance* Roster::with_key(std::uint32_t key) const noexcept {
  const auto found = std::ranges::find(instances_, key, &Instance::key);
  return found == instances_.end() ? nullptr : &*found;
}

Instance* Roster::with_key(std::uint32_t key) noexcept {
  return const_cast<Instance*>(std::as_const(*this).with_key(key));
}

const Instance* Roster::serving(std::uint32_t slot) const noexcept {
  const auto found = std::ranges::find_if(instances_, [&](const Instance& instance) {
    return instance.slot() == slot && instance.role() == Role::serving;
  });
  return found == instances_.end() ? nullptr : &*found;
}

Instance* Roster::serving(std::uint32_t slot) noexcept {
  return const_cast<Instance*>(std::as_const(*this).serving(slot));
}

Instance* Roster::led_by(const ProcessId& id) noexcept {
  const auto found = std::ranges::find_if(instances_, [&](const Instance& instance) {
    const ProcessId process = instance.process();
    const bool same = process == id || (id.start_time == 0 && id.pid != 0 && process.pid == id.pid);
    return same && !instance.life().leader_gone();
  });
  return found == instances_.end() ? nullptr : &*found;
}

std::vector<Instance*> Roster::chosen(std::optional<std::uint32_t> slot) {
  std::vector<Instance*> found;
  for (Instance& instance : instances_) {
    if (!slot || *slot == instance.slot()) found.push_back(&instance);
  }
  return found;
}

std::vector<Pid> Roster::pids() const {
  std::vector<Pid> found;
  for (const Instance& instance : instances_) {
    if (instance.role() != Role::serving) continue;
    found.push_back(instance.life().leader_gone() ? 0 : instance.process().pid);
  }
  return found;
}

bool Roster::leads(Pid pid) const noexcept {
  return std::ranges::any_of(instances_, [&](const Instance& instance) {
    return instance.process().pid == pid && !instance.life().leader_gone();
  });
}

bool Roster::all_at_rest() const noexcept {
  return std::ranges::all_of(instances_, [](const Instance& instance) { return at_rest(instance.life().state()); });
}

bool Roster::under_way() const noexcept { return any_in(InstanceState::stopping) || any_in(InstanceState::starting); }

bool Roster::any_in(InstanceState state) const noexcept {
  return std::ranges::any_of(instances_, [&](const Instance& instance) { return instance.life().state() == state; });
}

}  // namespace forever
