// The ports of an app change hands: from a predecessor by way of the keeper, and to a keeper that we are to become.
#include <algorithm>
#include <charconv>

#include "app/port_record.hpp"
#include "platform/files.hpp"
#include "platform/reserve.hpp"
#include "supervisor/decide/closed_ports.hpp"
#include "supervisor/log/event_log.hpp"
#include "supervisor/ports/shared_ports.hpp"

namespace forever {
namespace {

// "port/SLOT/COOKIE".
std::optional<std::pair<std::uint32_t, std::uint64_t>> numbers_in(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  std::pair<std::uint32_t, std::uint64_t> numbers;
  const char* const end = name.data() + name.size();
  const auto slot = std::from_chars(name.data() + prefix.size(), end, numbers.first);
  if (slot.ec != std::errc{} || slot.ptr == end || *slot.ptr != '/') return std::nullopt;
  return std::from_chars(slot.ptr + 1, end, numbers.second).ptr == end ? std::optional{numbers} : std::nullopt;
}

}  // namespace

void SharedPorts::adopt(HeldHandles& held, const std::vector<std::string>& records) {
  for (const std::string& text : records) {
    const auto record = port_record_from(text);
    if (!record) continue;
    for (const PortRecord::Socket& socket : record->sockets) orders_[record->address].began(socket.cookie);
  }
  for (auto at = held.begin(); at != held.end();) {
    const auto node = at++;
    const bool calls = node->first.starts_with(kCallsName);
    const auto numbers = numbers_in(node->first, kSeatName);
    if (!calls && !numbers) continue;
    auto taken = held.extract(node);
    if (calls) {
      adopted_calls_.insert_or_assign(taken.key(), std::move(taken.mapped()));
      continue;
    }
    Seat seat;
    seat.socket = std::move(taken.mapped());
    if (const auto facts = facts_of(seat.socket.get())) seat.inode = facts->inode;
    seat.cookie = cookie_of(seat.socket.get());
    seat.address = address_of_socket(seat.socket.get());
    seat.slot = numbers->first;
    seat.owned = false;
    if (is_listening(seat.socket.get())) seats_.push_back(std::move(seat));
  }
}

void SharedPorts::adopt_instance(KeeperLink& link, std::uint32_t key, std::uint32_t slot, const ProcessId& leader,
                                 const std::vector<Pid>& tree, bool was_ready) {
  Member& member = members_[key];
  member.slot = slot;
  member.leader = leader.pid;
  if (auto calls = adopted_calls_.extract(name_of(member)); !calls.empty() && !tree.empty()) {
    member.calls = std::move(calls.mapped());
    if (const auto watched = loop_.watch_readable(member.calls.get(), first_token_ + key); !watched)
      log_event(EventLevel::error, watched.error().message());
    for (const Pid pid : tree) {
      if (const auto id = identify(pid)) repeat_port_calls(*id);
    }
  }
  if (was_ready && !tree.empty()) member.ready_since = steady_now();
  for (const Pid pid : tree) {
    for (Handle& socket : shared_sockets_of(pid)) {
      const std::uint64_t cookie = cookie_of(socket.get());
      auto seat = std::ranges::find(seats_, cookie, &Seat::cookie);
      if (seat == seats_.end()) {
        if (seats_.size() >= kMostSeats || !leaves(Reserve::whole, socket.get())) continue;
        // The keeper has died as well: the living process still has it.
        Seat found;
        found.cookie = cookie;
        found.address = address_of_socket(socket.get());
        found.socket = std::move(socket);
        found.slot = slot;
        if (const auto facts = facts_of(found.socket.get())) found.inode = facts->inode;
        hold(link, name_of(found), found.socket);
        seats_.push_back(std::move(found));
        seat = seats_.end() - 1;
      }
      seat->owned = seat->claimed = seat->ready = true;
      seat->key = key;
      member.ready_since = steady_now();
    }
  }
  if (member.ready_since) member.look_due = *member.ready_since + kNewPortLook;
}

void SharedPorts::end_adoption(KeeperLink& link) {
  // What no process has is kept for the next process of its slot; or for a while, where that has been there already.
  for (Seat& seat : seats_) {
    if (seat.owned) continue;
    const auto member = std::ranges::find_if(members_, [&](const auto& one) { return one.second.slot == seat.slot; });
    if (member == members_.end()) continue;
    seat.owned = true;
    seat.key = member->first;
    seat.claimed = member->second.ready_since.has_value();
  }
  for (auto& [name, handle] : adopted_calls_) (void)link.drop(name).ok();
  adopted_calls_.clear();
  // The record may name what has ended since, and may not name what began last.
  std::vector<std::pair<std::string, std::uint64_t>> lost;
  for (const auto& [address, order] : orders_) {
    for (const std::uint64_t cookie : order.cookies()) {
      if (std::ranges::find(seats_, cookie, &Seat::cookie) == seats_.end()) lost.emplace_back(address, cookie);
    }
  }
  for (const auto& [address, cookie] : lost) orders_[address].ended(cookie);
  std::erase_if(orders_, [](const auto& order) { return order.second.cookies().empty(); });
  std::ranges::sort(seats_, {}, &Seat::cookie);
  for (const Seat& seat : seats_) orders_[seat.address].began(seat.cookie);
  remove_seats(link, [](const Seat& seat) { return !seat.owned; });
  for (const auto& [address, order] : orders_) steer(address);
}

void SharedPorts::release_handles(HeldHandles& into) {
  for (Seat& seat : seats_) into.insert_or_assign(name_of(seat), std::move(seat.socket));
  for (auto& [key, member] : members_) {
    if (!member.calls) continue;
    loop_.unwatch(member.calls.get());
    into.insert_or_assign(name_of(member), std::move(member.calls));
  }
}

void SharedPorts::take_back(HeldHandles& from) {
  for (Seat& seat : seats_) {
    if (auto node = from.extract(name_of(seat)); !node.empty()) seat.socket = std::move(node.mapped());
  }
  for (auto& [key, member] : members_) {
    auto node = from.extract(name_of(member));
    if (node.empty()) continue;
    member.calls = std::move(node.mapped());
    if (const auto watched = loop_.watch_readable(member.calls.get(), first_token_ + key); !watched)
      log_event(EventLevel::error, watched.error().message());
  }
}

}  // namespace forever
