// Which processes are an app's instances, or descendants of instances. A process chooses its own name,
// arguments and environment, and with a set-user-ID program even its apparent user. So a process is accepted only if
//
//   all three of its user ids are those it was started with (the caller's, or those of the app's --user), and either
//   - its marker contains a tag made with the secret of the state directory, and it is a descendant of this user's processes or
//     of init, and of no other user's process; or
//   - its output goes to a FIFO of the app, in the app's directory, which only this user can open.
//
// For a process that the record names by pid, start time and boot, it suffices that nothing contradicts the record.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/marker.hpp"
#include "app/secret.hpp"
#include "app/state_directory.hpp"
#include "platform/process.hpp"

namespace forever {

class Ours {
 public:
  // Reads the secret, if there is one.
  explicit Ours(const StateDirectory& state) : Ours(state, read_secret(state)) {}
  Ours(const StateDirectory& state, std::optional<Secret> secret);

  [[nodiscard]] const std::optional<Secret>& secret() const noexcept { return secret_; }
  // What the markers of an app's instances begin with.
  [[nodiscard]] std::string prefix_of(const std::string& app) const { return identity_ + '/' + app; }
  // The marker for an instance that runs as `user`.
  [[nodiscard]] InstanceMarker mark(const std::string& app, std::uint32_t slot, std::uint64_t generation,
                                    std::uint32_t user) const;

  // The marker of a living process of an app; nothing for an unrelated process, even if it has a marker.
  [[nodiscard]] std::optional<InstanceMarker> marker_of(const ProcessId& id) const;
  // The same for descendants of an instance that has ended: one that root has started may have dropped root since.
  [[nodiscard]] std::optional<InstanceMarker> marker_of_descendant(const ProcessId& id) const;
  // The app that such a marker names.
  [[nodiscard]] std::string app_of(const InstanceMarker& marker) const {
    return marker.prefix.substr(identity_.size() + 1);
  }

  // Whether the living process that our record names as the instance in `slot` of an app may be taken for it. `watchers`: the app's
  // supervisor and keeper. `user`: whose the app's processes are.
  [[nodiscard]] bool may_be_instance(const std::string& app, std::uint32_t slot, const ProcessId& id,
                                     std::span<const Pid> watchers, std::uint32_t user) const;

  // The process of a slot that its pid file names, if it is ours.
  [[nodiscard]] std::optional<Pid> pid_by_file(const std::string& app, std::uint32_t slot) const;

 private:
  [[nodiscard]] std::optional<InstanceMarker> believed(const ProcessId& id, bool may_have_given_up_root) const;
  // `user`: whose the stream must be, if that is known.
  [[nodiscard]] bool has_stream_of(const std::string& app, Pid pid, std::optional<std::uint32_t> user) const;
  [[nodiscard]] bool is_tagged(const InstanceMarker& marker, std::uint32_t user) const;

  StateDirectory state_;
  StateDirectory canonical_;  // as the kernel names it
  std::string identity_;
  std::optional<Secret> secret_;
};

}  // namespace forever
