// One piece: the answers to a program's calls, the seats and the steering change the same lists.
#include "supervisor/ports/shared_ports.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "app/port_record.hpp"
#include "platform/files.hpp"
#include "platform/reserve.hpp"
#include "supervisor/decide/closed_ports.hpp"
#include "supervisor/log/event_log.hpp"

namespace forever {
namespace {

// A program's own queue may be short; while its process is being replaced, no process accepts from it.
constexpr int kLeastBacklog = 511;

}  // namespace

void SharedPorts::hold(KeeperLink& link, const std::string& name, const Handle& handle) {
  if (const auto held = link.hold(name, handle.get()); !held) log_event(EventLevel::warning, held.error().message());
}

std::string SharedPorts::name_of(const Seat& seat) {
  return kSeatName + std::to_string(seat.slot) + '/' + std::to_string(seat.cookie);
}

std::string SharedPorts::name_of(const Member& member) {
  return kCallsName + std::to_string(member.slot) + '/' + std::to_string(member.leader);
}

bool SharedPorts::owns(std::uint64_t token) const noexcept {
  return token >= first_token_ && token - first_token_ <= std::numeric_limits<std::uint32_t>::max();
}

void SharedPorts::process_started(KeeperLink& link, std::uint32_t key, std::uint32_t slot, Pid leader, Handle calls) {
  Member& member = members_[key];
  member.slot = slot;
  member.leader = leader;
  member.calls = std::move(calls);
  member.granted.clear();
  member.ready_since.reset();
  // Held before the process can make its first call: should we die, the next supervisor answers it.
  hold(link, name_of(member), member.calls);
  if (const auto watched = loop_.watch_readable(member.calls.get(), first_token_ + key); !watched)
    log_event(EventLevel::error, watched.error().message());
}

void SharedPorts::process_ended(KeeperLink& link, std::uint32_t key) {
  const auto found = members_.find(key);
  if (found == members_.end()) return;
  Member& member = found->second;
  if (member.calls) {
    loop_.unwatch(member.calls.get());
    (void)link.drop(name_of(member)).ok();
    member.calls.reset();
  }
  const bool was_ready = ready(key);
  member.granted.clear();
  member.ready_since.reset();
  member.look_due.reset();
  // It was ready without this one: a new release that listens elsewhere.
  remove_seats(link, [&](const Seat& seat) { return seat.owned && seat.key == key && was_ready && !seat.claimed; });
  for (Seat& seat : seats_) {
    if (!seat.owned || seat.key != key) continue;
    seat.claimed = seat.ready = false;
    seat.closed_since.reset();
    steer(seat.address);
  }
}

void SharedPorts::set_active(std::uint32_t key, bool active) {
  const auto found = members_.find(key);
  if (found == members_.end() || found->second.active == active) return;
  found->second.active = active;
  for (const auto& order : orders_) {
    const bool seated = std::ranges::any_of(
        seats_, [&](const Seat& seat) { return seat.owned && seat.key == key && seat.address == order.first; });
    if (seated) steer(order.first);
  }
}

void SharedPorts::release(KeeperLink& link, std::uint32_t key) {
  process_ended(link, key);
  remove_seats(link, [&](const Seat& seat) { return seat.owned && seat.key == key; });
  members_.erase(key);
}

void SharedPorts::release_all(KeeperLink& link) {
  while (!members_.empty()) release(link, members_.begin()->first);
  remove_seats(link, [](const Seat&) { return true; });
}

bool SharedPorts::readable(KeeperLink& link, std::uint64_t token) {
  const auto key = static_cast<std::uint32_t>(token - first_token_);
  const auto found = members_.find(key);
  if (found == members_.end() || !found->second.calls) return false;
  changed_ = false;
  PortCall call;
  for (int count = 0; count < kMostCalls; ++count) {
    switch (receive_port_call(found->second.calls.get(), call)) {
      case PortCallReceipt::nothing: return changed_;
      case PortCallReceipt::gone: loop_.unwatch(found->second.calls.get()); return changed_;
      case PortCallReceipt::call: answer(link, key, found->second, call); break;
    }
  }
  return changed_;
}

void SharedPorts::answer(KeeperLink& link, std::uint32_t key, Member& member, PortCall& call) {
  if (!call.socket || call.address.empty()) {
    const bool refused = call.code == EPERM || call.code == EACCES;
    if (refused && trouble_.empty()) {
      trouble_ = "the port of slot " + std::to_string(member.slot) +
                 " cannot be shared: its socket cannot be copied (" + reason_of(call.code) + ")";
      changed_ = true;
    }
    let_pass(member.calls.get(), call);
  } else if (call.kind == PortCall::Kind::bind) {
    answer_bind(key, member, call);
  } else {
    answer_listen(link, key, member, call);
  }
}

// A seat of the instance on this address that its present process does not use: what an earlier process has left, or what this one
// has closed again. A program that shares ports by itself may have several at a time.
SharedPorts::Seat* SharedPorts::seat_for(std::uint32_t key, const Member& member, const PortCall& call) {
  for (Seat& seat : seats_) {
    if (!seat.owned || seat.key != key || seat.address != call.address) continue;
    if (!seat.claimed) return &seat;
    if (call.shares) continue;
    const auto tree = tree_of(std::vector<Pid>{member.leader, call.process});
    if (std::ranges::none_of(tree, [&](Pid pid) { return holds_socket(pid, seat.cookie); })) return &seat;
  }
  return nullptr;
}

void SharedPorts::answer_bind(std::uint32_t key, Member& member, PortCall& call) {
  Seat* const kept = seat_for(key, member, call);
  if (kept != nullptr && put_in_place(member.calls.get(), call, kept->socket.get())) {
    kept->claimed = true;
    kept->closed_since.reset();
    return;
  }
  // A second socket of the same process, where the program shares nothing by itself: in use, as without us.
  const bool own_second = std::ranges::any_of(seats_, [&](const Seat& seat) {
    return seat.owned && seat.key == key && seat.claimed && seat.address == call.address;
  });
  const bool ours = granted(call.address) || orders_.contains(call.address);
  if (!call.shares && (own_second || (!ours && !address_is_free(call)))) {
    let_pass(member.calls.get(), call);
    return;
  }
  if (!has_room(member, call)) {
    let_pass(member.calls.get(), call);
    return;
  }
  if (member.granted.size() >= kMostGranted) member.granted.clear();
  member.granted.insert(call.address);
  let_share(member.calls.get(), call);
}

// A seat takes a descriptor here and one in the keeper for as long as the program listens. Where they are used up the program has its
// port as without us: it is refused nothing, but its connections are not kept for its next process.
bool SharedPorts::has_room(const Member& member, const PortCall& call) {
  if (seats_.size() < kMostSeats && leaves(Reserve::whole, call.socket.get())) return true;
  if (crowded_.empty()) changed_ = true;
  crowded_ = std::to_string(seats_.size()) + " ports are held, which is the maximum: " + call.address + " of slot " +
             std::to_string(member.slot) + " is not";
  return false;
}

void SharedPorts::answer_listen(KeeperLink& link, std::uint32_t key, Member& member, PortCall& call) {
  const auto known = std::ranges::find(seats_, call.cookie, &Seat::cookie);
  if (known == seats_.end() && !call.shares) {
    let_pass(member.calls.get(), call);
    return;
  }
  const int code = listen_on(call.socket.get(), std::max(call.backlog, kLeastBacklog));
  if (code == 0) {
    if (known == seats_.end()) {
      Seat seat;
      seat.socket = std::move(call.socket);
      seat.cookie = call.cookie;
      seat.address = call.address;
      seat.slot = member.slot;
      seat.key = key;
      seat.claimed = seat.ready = true;
      add_seat(link, std::move(seat));
      look_soon(key, member);
    } else {
      known->claimed = known->ready = true;
      known->closed_since.reset();
    }
    member.granted.erase(call.address);
    if (!member.ready_since) {
      member.ready_since = steady_now();
      const bool left_over =
          std::ranges::any_of(seats_, [&](const Seat& seat) { return seat.owned && seat.key == key && !seat.claimed; });
      if (left_over && !member.look_due) member.look_due = *member.ready_since + kUnclaimedGrace;
    }
    changed_ = true;
    steer(call.address);
  }
  answer_port_call(member.calls.get(), call, code);
}

bool SharedPorts::granted(const std::string& address) const {
  return std::ranges::any_of(members_, [&](const auto& member) { return member.second.granted.contains(address); });
}

void SharedPorts::add_seat(KeeperLink& link, Seat seat) {
  if (const auto facts = facts_of(seat.socket.get())) seat.inode = facts->inode;
  hold(link, name_of(seat), seat.socket);
  orders_[seat.address].began(seat.cookie);
  seats_.push_back(std::move(seat));
}

void SharedPorts::remove_seats(KeeperLink& link, const std::function<bool(const Seat&)>& which) {
  for (const Seat& seat : seats_) {
    if (!which(seat)) continue;
    steer_across(seat);
    end_listening(seat.socket.get());
    ListenOrder& order = orders_[seat.address];
    order.ended(seat.cookie);
    if (order.cookies().empty()) {
      orders_.erase(seat.address);
    } else {
      // At once: until then the only one that is left may be out of the program's reach, and the kernel chooses by itself.
      steer(seat.address);
    }
    (void)link.drop(name_of(seat)).ok();
    changed_ = true;
  }
  if (std::erase_if(seats_, which) > 0) crowded_.clear();
}

std::vector<std::uint64_t> SharedPorts::active_on(const std::string& address) const {
  std::vector<std::uint64_t> active;
  for (const Seat& seat : seats_) {
    if (seat.address != address || !seat.owned || !seat.ready) continue;
    const auto member = members_.find(seat.key);
    if (member != members_.end() && member->second.active) active.push_back(seat.cookie);
  }
  return active;
}

void SharedPorts::steer(const std::string& address) {
  const auto order = orders_.find(address);
  if (order != orders_.end()) attach(address, steering_targets(order->second, active_on(address)));
}

void SharedPorts::steer_across(const Seat& leaving) {
  const auto order = orders_.find(leaving.address);
  if (order == orders_.end() || order->second.cookies().size() < 2) return;
  attach(leaving.address, steering_targets_across(order->second, active_on(leaving.address), leaving.cookie));
}

void SharedPorts::attach(const std::string& address, const std::vector<std::uint32_t>& targets) {
  const auto seat = std::ranges::find_if(
      seats_, [&](const Seat& one) { return one.address == address && is_listening(one.socket.get()); });
  if (seat == seats_.end() || targets.empty()) return;
  std::vector<Aimed> aimed;
  for (const Aim& aim : aims_) {
    const auto its = std::ranges::find_if(seats_, [&](const Seat& one) {
      return one.owned && one.key == aim.key && one.ready && one.address == address;
    });
    const auto index = its == seats_.end() ? std::nullopt : orders_[address].index_of(its->cookie);
    if (index && port_of_address(address) == aim.port) aimed.push_back({aim.from, *index});
  }
  if (const auto steered = steer_connections(seat->socket.get(), steering_program(targets, aimed)); !steered) {
    trouble_ = steered.error().message();
    changed_ = true;
  }
}

bool SharedPorts::serve_side_by_side(std::uint16_t port) const {
  std::optional<std::uint32_t> first;
  for (const Seat& seat : seats_) {
    if (!seat.owned || port_of_address(seat.address) != port) continue;
    if (first && *first != seat.key) return true;
    first = seat.key;
  }
  return false;
}

Result<bool> SharedPorts::aim(std::uint32_t key, std::uint16_t port, std::uint16_t from) {
  const bool listens = std::ranges::any_of(seats_, [&](const Seat& seat) {
    return seat.owned && seat.key == key && seat.ready && port_of_address(seat.address) == port;
  });
  if (!listens) return false;
  if (aims_.size() == kMostAimed) return Error{"too many instances are being probed", {}};
  aims_.push_back({from, key, port});
  steer_port(port);
  return true;
}

void SharedPorts::end_aim(std::uint16_t from) {
  const auto found = std::ranges::find(aims_, from, &Aim::from);
  if (found == aims_.end()) return;
  const std::uint16_t port = found->port;
  aims_.erase(found);
  steer_port(port);
}

void SharedPorts::steer_port(std::uint16_t port) {
  for (const auto& [address, order] : orders_) {
    if (port_of_address(address) == port) steer(address);
  }
}

bool SharedPorts::ready(std::uint32_t key) const {
  return std::ranges::any_of(seats_, [&](const Seat& seat) { return seat.owned && seat.key == key && seat.ready; });
}

std::vector<std::string> SharedPorts::addresses(std::uint32_t key) const {
  std::vector<std::string> found;
  for (const Seat& seat : seats_) {
    if (seat.owned && seat.key == key && std::ranges::find(found, seat.address) == found.end())
      found.push_back(seat.address);
  }
  return found;
}

bool SharedPorts::covers(std::uint32_t key, std::uint32_t other) const {
  return std::ranges::all_of(seats_, [&](const Seat& needed) {
    if (!needed.owned || needed.key != other || !needed.ready || needed.closed_since) return true;
    return std::ranges::any_of(seats_, [&](const Seat& seat) {
      return seat.owned && seat.key == key && seat.ready && seat.address == needed.address;
    });
  });
}

unsigned SharedPorts::connections(std::uint32_t key, const std::vector<Pid>& tree, unsigned enough) const {
  unsigned count = 0;
  std::vector<std::uint16_t> ports;
  for (const Seat& seat : seats_) {
    if (!seat.owned || seat.key != key || seat.closed_since) continue;
    count += queue_of(seat.socket.get());
    ports.push_back(port_of_address(seat.address));
  }
  for (const Pid pid : tree) {
    if (count >= enough || ports.empty()) break;
    count += connections_of(pid, ports, enough - count);
  }
  return count;
}

std::vector<std::string> SharedPorts::records() const {
  std::vector<std::string> texts;
  for (const auto& [address, order] : orders_) {
    PortRecord record{address, {}};
    for (const std::uint64_t cookie : order.cookies()) {
      const auto seat = std::ranges::find(seats_, cookie, &Seat::cookie);
      if (seat != seats_.end()) record.sockets.push_back({seat->slot, cookie});
    }
    texts.push_back(to_text(record));
  }
  return texts;
}

}  // namespace forever
