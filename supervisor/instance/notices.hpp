// The notifications of an app's processes over NOTIFY_SOCKET. Each has its own socket, held here and by the keeper, so that a message is
// known to come from it or its children, even if the child that sent it (systemd-notify(1)) has ended; and so that no message
// between two supervisors is lost.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "platform/event_loop.hpp"
#include "platform/keeper.hpp"
#include "platform/notify_socket.hpp"
#include "supervisor/instance/notice.hpp"

namespace forever {

class Notices {
 public:
  // Instances are known by their keys; the loop's token of an instance's socket is `first_token` plus its key.
  Notices(EventLoop& loop, std::uint64_t first_token) : loop_(loop), first_token_(first_token) {}

  // Makes the socket of the instance's next process, called `name` if that is to be had. Returns its true name.
  [[nodiscard]] Result<std::string> open(std::uint32_t key, const std::string& name);
  // That process has been forked: from now on the keeper has the socket, too.
  void process_started(KeeperLink& link, std::uint32_t key, std::uint32_t slot, Pid pid);
  void process_ended(KeeperLink& link, std::uint32_t key);

  [[nodiscard]] bool owns(std::uint64_t token) const noexcept;
  // Takes what has come from users who may speak: root, ourselves, and `user`. true: something else is known now.
  [[nodiscard]] bool readable(std::uint64_t token, std::uint32_t user);
  // Nothing but falsehoods of one that never spoke.
  [[nodiscard]] const Notice& of(std::uint32_t key) const;

  // After a predecessor: the socket of a living process, from the keeper, or else created again under the name that the process knows, and
  // what was on record of it.
  void adopt_process(KeeperLink& link, HeldHandles& held, std::uint32_t key, std::uint32_t slot, Pid pid,
                     Notice recorded);
  // Closes the sockets of processes that have ended meanwhile.
  static void end_adoption(KeeperLink& link, HeldHandles& held);
  // For a keeper that we are to become; and back if that failed.
  void release_handles(HeldHandles& into);
  void take_back(HeldHandles& from);

 private:
  struct Speaker {
    std::string held_as;
    Handle socket;
    Notice notice;
  };
  void watch(std::uint32_t key, const Handle& socket);

  EventLoop& loop_;
  std::uint64_t first_token_;
  std::map<std::uint32_t, Speaker> speakers_;
};

}  // namespace forever
