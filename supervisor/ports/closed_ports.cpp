// Ports that a program has closed are closed: the sockets of an instance are checked, and those that none of its processes holds are released
// by the rules of decide/closed_ports.hpp.
#include <algorithm>

#include "supervisor/decide/closed_ports.hpp"
#include "supervisor/ports/shared_ports.hpp"

namespace forever {
namespace {

// The sockets that the processes hold, sorted; nothing if one of them cannot be examined.
std::optional<std::vector<std::uint64_t>> inodes_of(const std::vector<Pid>& tree) {
  std::vector<std::uint64_t> all;
  for (const Pid pid : tree) {
    const auto inodes = socket_inodes_of(pid);
    if (!inodes) return std::nullopt;
    all.insert(all.end(), inodes->begin(), inodes->end());
  }
  std::ranges::sort(all);
  return all;
}

}  // namespace

std::optional<Time> SharedPorts::deadline() const {
  std::optional<Time> soonest;
  for (const auto& [key, member] : members_) {
    if (member.look_due && (!soonest || *member.look_due < *soonest)) soonest = member.look_due;
  }
  return soonest;
}

bool SharedPorts::wants_look(std::uint32_t key, Time now) const {
  const auto found = members_.find(key);
  if (found == members_.end()) return false;
  const Member& member = found->second;
  if (member.look_due) return *member.look_due <= now;
  return member.ready_since && now - member.looked >= kLookedLately;
}

void SharedPorts::put_off_look(std::uint32_t key, Time now) {
  const auto found = members_.find(key);
  if (found == members_.end()) return;
  found->second.look_due.reset();
  found->second.looked = now;
}

// An instance that listens on more and more is looked at again when it has an eighth more: every new port would cost a walk over
// all that it has.
void SharedPorts::look_soon(std::uint32_t key, Member& member) {
  const auto mine = [&](const Seat& seat) { return seat.owned && seat.key == key; };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(seats_, mine));
  const Time now = steady_now();
  if (count > std::max(member.look_at_count, kFewSeats)) {
    member.look_due = now;
  } else if (!member.look_due) {
    member.look_due = now + kNewPortLook;
  }
}

bool SharedPorts::look_for_closed(KeeperLink& link, std::uint32_t key, const std::vector<Pid>& tree, Time now) {
  put_off_look(key, now);
  const auto found = members_.find(key);
  const auto held = inodes_of(tree);
  if (found == members_.end() || !held || tree.empty()) return false;
  std::vector<Seat*> looked_at;
  std::vector<SeatSeen> seen;
  for (Seat& seat : seats_) {
    if (!seat.owned || seat.key != key || seat.inode == 0) continue;
    looked_at.push_back(&seat);
    // What was put in the place of its own socket (bind) and is not listened on yet is held all the same.
    seen.push_back({seat.claimed, std::ranges::binary_search(*held, seat.inode), seat.closed_since});
  }
  const SeatVerdict verdict = judge_seats(seen, found->second.ready_since, now);
  std::vector<std::uint64_t> given_up;
  for (std::size_t index = 0; index < seen.size(); ++index) looked_at[index]->closed_since = seen[index].closed_since;
  for (const std::size_t index : verdict.given_up) given_up.push_back(looked_at[index]->cookie);
  changed_ = false;
  remove_seats(link, [&](const Seat& seat) { return std::ranges::find(given_up, seat.cookie) != given_up.end(); });
  const std::size_t left = seen.size() - given_up.size();
  found->second.look_due = verdict.next_look;
  found->second.look_at_count = left + left / 8;
  return changed_;
}

}  // namespace forever
