#include "supervisor/instance/notices.hpp"

#include <limits>

#include "platform/users.hpp"
#include "supervisor/log/event_log.hpp"

namespace forever {
namespace {

constexpr const char* kVariable = "NOTIFY_SOCKET";
constexpr const char* kHeldName = "notify/";
constexpr int kMostAtOnce = 64;  // messages

std::string held_name(std::uint32_t slot, Pid pid) {
  return kHeldName + std::to_string(slot) + '/' + std::to_string(pid);
}

}  // namespace

void Notices::watch(std::uint32_t key, const Handle& socket) {
  if (const auto watched = loop_.watch_readable(socket.get(), first_token_ + key); !watched)
    log_event(EventLevel::error, watched.error().message());
}

Result<std::string> Notices::open(std::uint32_t key, const std::string& name) {
  auto made = open_notify_socket(name);
  if (!made) return made.error();
  Speaker& speaker = speakers_[key];
  if (speaker.socket) loop_.unwatch(speaker.socket.get());
  speaker = {{}, std::move(made->socket), {}};
  watch(key, speaker.socket);
  return made->name;
}

void Notices::process_started(KeeperLink& link, std::uint32_t key, std::uint32_t slot, Pid pid) {
  const auto found = speakers_.find(key);
  if (found == speakers_.end()) return;
  found->second.held_as = held_name(slot, pid);
  if (const auto held = link.hold(found->second.held_as, found->second.socket.get()); !held)
    log_event(EventLevel::warning, held.error().message());
}

void Notices::process_ended(KeeperLink& link, std::uint32_t key) {
  const auto found = speakers_.find(key);
  if (found == speakers_.end()) return;
  if (found->second.socket) loop_.unwatch(found->second.socket.get());
  if (!found->second.held_as.empty()) (void)link.drop(found->second.held_as).ok();
  speakers_.erase(found);
}

bool Notices::owns(std::uint64_t token) const noexcept {
  return token >= first_token_ && token - first_token_ <= std::numeric_limits<std::uint32_t>::max();
}

bool Notices::readable(std::uint64_t token, std::uint32_t user) {
  const auto found = speakers_.find(static_cast<std::uint32_t>(token - first_token_));
  if (found == speakers_.end()) return false;
  Speaker& speaker = found->second;
  const Notice before = speaker.notice;
  Notification notification;
  // Any process can send, and faster than the supervisor reads: the rest is reported again when others have had their turn.
  for (int count = 0; count < kMostAtOnce && receive_notification(speaker.socket.get(), notification); ++count) {
    const bool may_speak =
        notification.sender == 0 || notification.sender == effective_uid() || notification.sender == user;
    if (may_speak) speaker.notice = after(std::move(speaker.notice), notification.text);
  }
  return !(speaker.notice == before);
}

const Notice& Notices::of(std::uint32_t key) const {
  static const Notice kNothing;
  const auto found = speakers_.find(key);
  return found == speakers_.end() ? kNothing : found->second.notice;
}

void Notices::adopt_process(KeeperLink& link, HeldHandles& held, std::uint32_t key, std::uint32_t slot, Pid pid,
                            Notice recorded) {
  Speaker& speaker = speakers_[key];
  speaker.notice = std::move(recorded);
  speaker.held_as = held_name(slot, pid);
  if (auto node = held.extract(speaker.held_as); !node.empty()) {
    speaker.socket = std::move(node.mapped());
  } else {
    // The keeper has died as well.
    const auto name = environment_of(pid, kVariable);
    auto made = name ? open_notify_socket(*name) : Result<NotifySocket>{Error{}};
    if (!made || made->name != *name) return;
    speaker.socket = std::move(made->socket);
    process_started(link, key, slot, pid);
  }
  watch(key, speaker.socket);
}

void Notices::end_adoption(KeeperLink& link, HeldHandles& held) {
  std::erase_if(held, [&](const auto& entry) {
    const bool left = entry.first.starts_with(kHeldName);
    if (left) (void)link.drop(entry.first).ok();
    return left;
  });
}

void Notices::release_handles(HeldHandles& into) {
  for (auto& [key, speaker] : speakers_) {
    if (!speaker.socket || speaker.held_as.empty()) continue;
    loop_.unwatch(speaker.socket.get());
    into.insert_or_assign(speaker.held_as, std::move(speaker.socket));
  }
}

void Notices::take_back(HeldHandles& from) {
  for (auto& [key, speaker] : speakers_) {
    auto node = from.extract(speaker.held_as);
    if (node.empty()) continue;
    speaker.socket = std::move(node.mapped());
    watch(key, speaker.socket);
  }
}

}  // namespace forever
