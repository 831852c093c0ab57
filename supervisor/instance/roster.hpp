// The instances of one app, in the order of their slots, and what can be asked of all of them. A slot has several at the same time while
// it is reloaded: then the one that serves stands first. Pointers into it stay until the instance is removed.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <vector>

#include "supervisor/instance/instance.hpp"

namespace forever {

class Roster {
 public:
  // A slot's next instance, with a key of its own.
  Instance& add(std::uint32_t slot, const AppSpec& spec);
  // What is neither wanted nor there any more; `last` is true if its slot is empty then.
  void remove_ended(const std::function<void(const Instance&, bool last)>& leaves);
  // From now on it precedes the instance with the key `other`, of the same slot.
  void put_before(const Instance& instance, std::uint32_t other);

  [[nodiscard]] auto begin() noexcept { return instances_.begin(); }
  [[nodiscard]] auto end() noexcept { return instances_.end(); }
  [[nodiscard]] auto begin() const noexcept { return instances_.begin(); }
  [[nodiscard]] auto end() const noexcept { return instances_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return instances_.size(); }

  // Nothing where there is none.
  [[nodiscard]] Instance* with_key(std::uint32_t key) noexcept;
  [[nodiscard]] const Instance* with_key(std::uint32_t key) const noexcept;
  [[nodiscard]] Instance* serving(std::uint32_t slot) noexcept;
  [[nodiscard]] const Instance* serving(std::uint32_t slot) const noexcept;
  // Whose present process that is. Of a child that has ended only the number is known (its start time is 0 then); until the reap that
  // is no other process's.
  [[nodiscard]] Instance* led_by(const ProcessId& id) noexcept;
  // Of one slot, or all.
  [[nodiscard]] std::vector<Instance*> chosen(std::optional<std::uint32_t> slot);

  // Of those that serve; 0 where there is no process.
  [[nodiscard]] std::vector<Pid> pids() const;
  [[nodiscard]] bool leads(Pid pid) const noexcept;
  [[nodiscard]] bool all_at_rest() const noexcept;
  // One is starting or stopping.
  [[nodiscard]] bool under_way() const noexcept;
  [[nodiscard]] bool any_in(InstanceState state) const noexcept;

 private:
  std::list<Instance> instances_;
  std::uint32_t next_key_ = 0;
};

}  // namespace forever
