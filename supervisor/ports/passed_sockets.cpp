#include "supervisor/ports/passed_sockets.hpp"

#include <algorithm>

#include "supervisor/log/event_log.hpp"

namespace forever {
namespace {

constexpr const char* kHeldName = "listen/";

// As if the program had made its socket by itself, under its umask and as its user.
Result<ListenerRights> rights_for(const AppSpec& spec) {
  ListenerRights rights;
  rights.mode = 0777U & ~spec.umask;
  if (spec.user.empty() && spec.group.empty()) return rights;
  auto owner = find_credentials(spec.user.empty() ? std::to_string(effective_uid()) : spec.user, spec.group);
  if (!owner) return owner.error();
  rights.owner = std::move(*owner);
  return rights;
}

}  // namespace

void PassedSockets::adopt(HeldHandles& held) {
  for (auto at = held.begin(); at != held.end();) {
    const auto node = at++;
    if (!node->first.starts_with(kHeldName)) continue;
    auto taken = held.extract(node);
    sockets_.push_back({taken.key(), {}, std::move(taken.mapped())});
  }
}

std::string PassedSockets::free_name() const {
  for (std::size_t number = 0;; ++number) {
    std::string name = kHeldName + std::to_string(number);
    if (std::ranges::find(sockets_, name, &Passed::held_as) == sockets_.end()) return name;
  }
}

void PassedSockets::place(KeeperLink& link, std::size_t index, const ListenAddress& address, Handle socket) {
  const std::string name = free_name();
  if (const auto held = link.hold(name, socket.get()); !held) log_event(EventLevel::warning, held.error().message());
  const auto at = sockets_.begin() + static_cast<std::ptrdiff_t>(index);
  sockets_.insert(at, {name, address, std::move(socket)});
}

// Brings the socket of this address to its place.
bool PassedSockets::has(std::size_t index, const ListenAddress& address) {
  const auto first = sockets_.begin() + static_cast<std::ptrdiff_t>(std::min(index, sockets_.size()));
  const auto found =
      std::find_if(first, sockets_.end(), [&](const Passed& one) { return listens_on(one.socket.get(), address); });
  if (found == sockets_.end()) return false;
  std::rotate(first, found, found + 1);
  sockets_[index].address = address;
  return true;
}

void PassedSockets::close(KeeperLink& link, Passed& passed) const {
  close_listener(passed.socket.get(), passed.address, owner_);
  (void)link.drop(passed.held_as).ok();
}

void PassedSockets::take_from(KeeperLink& link, const AppSpec& spec, Pid process) {
  owner_ = other_user_of(spec);
  for (std::size_t index = 0; index < spec.listen.size(); ++index) {
    const auto address = listen_address_from(spec.listen[index]);
    if (!address || has(index, *address)) continue;
    Handle copy = descriptor_of(process, 3 + static_cast<int>(index));
    if (!copy || !listens_on(copy.get(), *address)) return;
    place(link, index, *address, std::move(copy));
  }
}

Status PassedSockets::open(KeeperLink& link, const AppSpec& spec) {
  if (spec.listen.empty() && sockets_.empty()) return Done{};
  // A socket that is no longer wanted may block a wanted one.
  std::vector<ListenAddress> wanted;
  for (const std::string& text : spec.listen) {
    auto address = listen_address_from(text);
    if (!address) return Error{"cannot listen on '" + text + "': it " + address.error().doing, {}};
    wanted.push_back(std::move(*address));
  }
  owner_ = other_user_of(spec);
  std::erase_if(sockets_, [&](Passed& one) {
    const bool stays = std::ranges::any_of(
        wanted, [&](const ListenAddress& address) { return listens_on(one.socket.get(), address); });
    if (!stays) close(link, one);
    return !stays;
  });
  for (std::size_t index = 0; index < wanted.size(); ++index) {
    if (has(index, wanted[index])) continue;
    const auto rights = rights_for(spec);
    if (!rights) return rights.error();
    auto opened = open_listener(wanted[index], *rights);
    if (!opened) return opened.error();
    place(link, index, wanted[index], std::move(*opened));
  }
  return Done{};
}

void PassedSockets::close_all(KeeperLink& link) {
  for (Passed& one : sockets_) close(link, one);
  sockets_.clear();
}

std::vector<NativeHandle> PassedSockets::handles() const {
  std::vector<NativeHandle> all;
  for (const Passed& one : sockets_) all.push_back(one.socket.get());
  return all;
}

void PassedSockets::release_handles(HeldHandles& into) {
  for (Passed& one : sockets_) into.insert_or_assign(one.held_as, std::move(one.socket));
}

void PassedSockets::take_back(HeldHandles& from) {
  for (Passed& one : sockets_) {
    if (auto node = from.extract(one.held_as); !node.empty()) one.socket = std::move(node.mapped());
  }
}

std::string names_of_passed(const AppSpec& spec) {
  std::string names;
  for (const std::string& text : spec.listen) {
    const auto address = listen_address_from(text);
    if (!names.empty()) names += ':';
    names += address && !address->name.empty() ? address->name : spec.name;
  }
  return names;
}

}  // namespace forever
