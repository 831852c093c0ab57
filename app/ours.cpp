#include "app/ours.hpp"

#include <algorithm>
#include <array>

#include "app/name.hpp"
#include "platform/evidence.hpp"
#include "platform/files.hpp"
#include "platform/users.hpp"
#include "text/number.hpp"

namespace forever {
namespace {

constexpr std::uint32_t kRootUser = 0;
constexpr unsigned kForOthers = 077;  // permission bits
constexpr int kDeepestChain = 1000;   // ancestors; a bound for a table that changes while it is read
constexpr Pid kInitProcess = 1;

bool is_ancestor_of_us(Pid pid) {
  Pid at = current_pid();
  for (int depth = 0; at > kInitProcess && depth < kDeepestChain; ++depth) {
    if (at == pid) return true;
    at = parent_of(at);
  }
  return false;
}

// Whether no other user's process is above it: what lost its parent hangs below init, or below one that takes orphans in. A
// user's own service manager does so too, for what root has started from that user's session: it is above us as well then.
bool hangs_well(Pid pid, std::uint32_t user) {
  Pid at = parent_of(pid);
  for (int depth = 0; at > kInitProcess && depth < kDeepestChain; ++depth, at = parent_of(at)) {
    const auto owner = owner_of(at);
    if (!owner) continue;  // unknown on this system
    const bool well = owner->is_wholly(kRootUser) || owner->is_wholly(effective_uid()) || owner->is_wholly(user);
    if (!well) return is_ancestor_of_us(at);
  }
  return true;
}

// Whose a process is that has one user in all three places.
std::optional<std::uint32_t> only_user_of(Pid pid) {
  const auto owner = owner_of(pid);
  return owner && owner->is_wholly(owner->real) ? std::optional{owner->real} : std::nullopt;
}

// "out.fifo", "err-2.fifo" of the third slot, "in-0.fifo"; or one that was removed under it.
bool is_stream_name(std::string_view name) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (name.ends_with(kDeleted)) name.remove_suffix(kDeleted.size());
  const bool known = name.starts_with("out") || name.starts_with("err") || name.starts_with("in-");
  return known && name.ends_with(".fifo");
}

}  // namespace

Ours::Ours(const StateDirectory& state, std::optional<Secret> secret)
    : state_(state),
      canonical_(canonical_path(state.path())),
      identity_(state.identity()),
      secret_(std::move(secret)) {}

InstanceMarker Ours::mark(const std::string& app, std::uint32_t slot, std::uint64_t generation,
                          std::uint32_t user) const {
  InstanceMarker marker{prefix_of(app), slot, generation, {}};
  if (secret_) marker.tag = secret_->tag_of(std::to_string(user) + '/' + marker_text(marker));
  return marker;
}

bool Ours::is_tagged(const InstanceMarker& marker, std::uint32_t user) const {
  return secret_ && !marker.tag.empty() &&
         marker.tag == secret_->tag_of(std::to_string(user) + '/' + marker_text(marker));
}

// A FIFO that others can open proves nothing; one of an app's own user (--user) only where it is the very one in our directory.
bool Ours::has_stream_of(const std::string& app, Pid pid, std::optional<std::uint32_t> user) const {
  const std::string folder = canonical_.app_directory(app) + '/';
  for (const int stream : {1, 2, 0}) {
    const auto open = standard_stream_of(pid, stream);
    if (!open || !open->facts.fifo || (open->facts.mode & kForOthers) != 0 || !open->path.starts_with(folder)) continue;
    const std::string_view name = std::string_view{open->path}.substr(folder.size());
    if (!is_stream_name(name)) continue;
    if (user && open->facts.owner != *user) continue;
    if (open->facts.owner == effective_uid()) return true;
    const auto there = facts_of(state_.app_directory(app) + '/' + std::string{name});
    if (there && there->fifo && there->inode == open->facts.inode && there->device == open->facts.device) return true;
  }
  return false;
}

std::optional<InstanceMarker> Ours::believed(const ProcessId& id, bool may_have_given_up_root) const {
  auto marker = forever::marker_of(id.pid);
  if (!marker || !marker->prefix.starts_with(identity_ + '/') || fault_in_name(app_of(*marker))) return std::nullopt;
  const auto user = only_user_of(id.pid);
  if (!user) return std::nullopt;
  const bool tagged = is_tagged(*marker, *user) || (may_have_given_up_root && is_tagged(*marker, kRootUser));
  const bool ours = (tagged && hangs_well(id.pid, *user)) || has_stream_of(app_of(*marker), id.pid, user);
  // All of this was read from that process, not from a later one with the same pid.
  return ours && presence(id) == Presence::alive ? std::move(marker) : std::nullopt;
}

std::optional<InstanceMarker> Ours::marker_of(const ProcessId& id) const { return believed(id, false); }
std::optional<InstanceMarker> Ours::marker_of_descendant(const ProcessId& id) const { return believed(id, true); }

bool Ours::may_be_instance(const std::string& app, std::uint32_t slot, const ProcessId& id,
                           std::span<const Pid> watchers, std::uint32_t user) const {
  const Pid parent = parent_of(id.pid);
  if (parent != 0 && std::ranges::find(watchers, parent) != watchers.end()) return true;
  if (const auto marker = forever::marker_of(id.pid)) return marker->prefix == prefix_of(app) && marker->slot == slot;
  if (!shows_environment(id.pid) || has_stream_of(app, id.pid, {})) return true;
  // It has cleared its environment and closed our streams, as daemons do, and its parent is gone.
  const auto owner = owner_of(id.pid);
  return parent == kInitProcess && (!owner || owner->is_wholly(user));
}

std::optional<Pid> Ours::pid_by_file(const std::string& app, std::uint32_t slot) const {
  const auto text = read_record(state_.pid_path(app, slot));
  if (!text) return std::nullopt;
  const auto pid = whole_number<Pid>(std::string_view{*text}.substr(0, text->find('\n')));
  const auto id = pid ? identify_living(*pid) : std::nullopt;
  const auto marker = id ? marker_of(*id) : std::nullopt;
  return marker && marker->prefix == prefix_of(app) ? pid : std::nullopt;
}

}  // namespace forever
