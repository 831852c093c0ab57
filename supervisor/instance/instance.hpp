// One slot of an app: its life (decided by Lifecycle) and its process (as the operating system has it).
// One piece: one class, whose short functions show what a slot consists of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/marker.hpp"
#include "app/ours.hpp"
#include "app/spec.hpp"
#include "app/status.hpp"
#include "platform/process.hpp"
#include "platform/spawn.hpp"
#include "supervisor/decide/lifecycle.hpp"
#include "supervisor/instance/cgroups.hpp"

namespace forever {

// Who reaps the process: that decides how its end is heard of.
enum class Parent : std::uint8_t {
  us,      // child_exited of our own loop
  keeper,  // an exit record over the link (adopted after a supervisor's death)
  nobody,  // init or another process: a pidfd reports the end, the exit status stays unknown
};

// What every instance of an app shares when it is started.
struct SpawnContext {
  NativeHandle out = kNoHandle;  // FIFOs; kNoHandle: our own stdout / stderr (`run`)
  NativeHandle err = kNoHandle;
  SpawnRequest::Session session = SpawnRequest::Session::own_session;
  bool inherit_stdin = false;
  std::string directory;       // the app's in the state directory, for the FIFOs of its input; empty: it gets none
  const Ours* ours = nullptr;  // makes the markers of `app`; without it they have `marker_prefix` and no tag
  std::string app;
  std::string marker_prefix;  // "<state directory id>/<app>"; empty: no marker
  Pid keeper = 0;
  Cgroups cgroups;
  std::vector<NativeHandle> passed;  // descriptors 3, 4 … of the program
  std::string notify_socket;         // NOTIFY_SOCKET; empty: none
  std::string changed;               // FOREVER_CHANGED: the files for which it is started; empty: none
};

class Instance {
 public:
  // `key` distinguishes processes of one slot that live at the same time.
  Instance(std::uint32_t slot, const AppSpec& spec, std::uint32_t key = 0)
      : slot_(slot), key_(key), life_(restart_policy_of(spec), spec.stop) {}

  [[nodiscard]] std::uint32_t slot() const noexcept { return slot_; }
  [[nodiscard]] std::uint32_t key() const noexcept { return key_; }
  [[nodiscard]] Role role() const noexcept { return role_; }
  void set_role(Role role) noexcept { role_ = role; }
  [[nodiscard]] Lifecycle& life() noexcept { return life_; }
  [[nodiscard]] const Lifecycle& life() const noexcept { return life_; }
  [[nodiscard]] const ProcessId& process() const noexcept { return process_; }
  [[nodiscard]] Parent parent() const noexcept { return parent_; }
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  // The next one is a later one than `generation`.
  void count_from(std::uint64_t generation) noexcept { generation_ = std::max(generation_, generation); }
  [[nodiscard]] NativeHandle report() const noexcept { return held_ ? held_->report.get() : kNoHandle; }
  [[nodiscard]] bool at_gate() const noexcept { return held_ && static_cast<bool>(held_->gate); }
  [[nodiscard]] const std::vector<std::string>& command() const noexcept { return command_; }
  [[nodiscard]] const std::string& failed_stage() const noexcept { return failed_stage_; }
  [[nodiscard]] std::int64_t started_wall_ms() const noexcept { return started_wall_ms_; }

  // Looks the program up and forks the next generation, held at its gate. The failure says why there is no process.
  [[nodiscard]] std::optional<SpawnFailure> spawn(const AppSpec& spec, const SpawnContext& context);
  void open_gate() noexcept;  // if all is taken from it that it has to hand over first
  [[nodiscard]] NativeHandle calls() const noexcept { return held_ ? held_->calls.get() : kNoHandle; }
  [[nodiscard]] Handle take_port_calls() { return forever::take_port_calls(*held_); }
  // Exec's report, if it is there by now; the caller then forgets the descriptor and closes it.
  [[nodiscard]] ExecReport peek_report() const noexcept {
    return held_ ? read_report(held_->report.get()) : ExecReport{};
  }
  void close_report() noexcept { held_.reset(); }
  // Whether the first start has come to an end, one way or the other.
  [[nodiscard]] bool start_known() const noexcept { return start_known_; }
  void set_start_known() noexcept { start_known_ = true; }
  void note_failure(const SpawnFailure& failure) {
    failed_stage_ = stage_name(failure.stage);
    failure_ = failure;
  }
  [[nodiscard]] std::optional<SpawnFailure> take_failure() noexcept { return std::exchange(failure_, std::nullopt); }

  // Continues from a record. The process must be alive and have exactly this identity.
  void adopt_process(const InstanceStatus& recorded, Parent parent);
  void adopt_record(const InstanceStatus& recorded);  // counts only; there is no process
  // The leader has ended: its number names its group and its record, but no process any more.
  void mark_ended() noexcept { ended_ = true; }
  void forget_process() noexcept;  // its end has been recorded

  // Everything that belongs to this slot: the leader unless it is gone, its descendants, `orphans` that were
  // re-parented to us or the keeper, and what was remembered at the beginning of a stop. Nothing beyond the border.
  [[nodiscard]] std::vector<ProcessId> members(const std::vector<Pid>& orphans, const Border& ends) const;
  // Remembers the tree below a leader whose orphans will not be re-parented to this process (`Parent::nobody`).
  void remember_tree(const Border& ends);
  // Whether all that is in its cgroup is its own, so that the kernel may kill all of it at once.
  [[nodiscard]] bool owns_cgroup(const std::vector<ProcessId>& members) const;
  [[nodiscard]] const std::vector<ProcessId>& remembered() const noexcept { return remembered_; }

  // The cgroup of the present run; empty if it has none.
  [[nodiscard]] const std::string& cgroup() const noexcept { return cgroup_; }
  void adopt_cgroup(std::string path) { cgroup_ = std::move(path); }

  [[nodiscard]] InstanceStatus status() const;

 private:
  [[nodiscard]] std::optional<SpawnFailure> enter_cgroup_of_its_own(const AppSpec& spec, const SpawnContext& context);

  std::uint32_t slot_;
  std::uint32_t key_;
  Role role_ = Role::serving;
  Lifecycle life_;
  ProcessId process_;
  bool ended_ = false;
  Parent parent_ = Parent::us;
  std::uint64_t generation_ = 0;
  std::int64_t started_wall_ms_ = 0;
  std::optional<HeldInstance> held_;
  std::optional<SpawnFailure> failure_;
  std::string failed_stage_;
  bool start_known_ = false;
  std::vector<std::string> command_;
  std::vector<ProcessId> remembered_;
  std::string cgroup_;
};

// Sends `signal` to what a stop step names (StopTarget). `shared_group`: the group is ours too (`run`), so each is signalled alone.
void signal_target(const Instance& instance, StopTarget target, int signal, const std::vector<ProcessId>& members,
                   bool shared_group);

}  // namespace forever
