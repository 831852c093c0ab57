// What a supervisor has of its app that must outlive it: pipes, sockets and their connections. The keeper holds copies of all of it, so
// that a successor goes on with the same. Data with an owner; what each does is in its own header.
#pragma once

#include "platform/event_loop.hpp"
#include "platform/keeper.hpp"
#include "supervisor/instance/notices.hpp"
#include "supervisor/log/outputs.hpp"
#include "supervisor/ports/passed_sockets.hpp"
#include "supervisor/ports/shared_ports.hpp"
#include "supervisor/tokens.hpp"

namespace forever {

struct Holdings {
  Holdings(EventLoop& loop, KeeperLink&& to_keeper, HeldHandles&& inherited)
      : link(std::move(to_keeper)),
        held(std::move(inherited)),
        outputs(loop, kOutputsToken),
        ports(loop, kCallsToken),
        notices(loop, kNoticeToken) {}

  KeeperLink link;
  HeldHandles held;  // what the keeper had at the beginning; each taker takes its own out
  Outputs outputs;
  SharedPorts ports;
  PassedSockets passed;
  Notices notices;

  [[nodiscard]] Handle take(std::string_view name) {
    const auto found = held.find(name);
    if (found == held.end()) return {};
    Handle handle = std::move(found->second);
    held.erase(found);
    return handle;
  }
  // For a keeper that this process is to become; and back if that failed.
  void release_handles(HeldHandles& into) {
    outputs.release_pipes(into);
    ports.release_handles(into);
    passed.release_handles(into);
    notices.release_handles(into);
  }
  void take_back(HeldHandles& from) {
    outputs.take_pipes(from);
    ports.take_back(from);
    passed.take_back(from);
    notices.take_back(from);
  }
};

}  // namespace forever
