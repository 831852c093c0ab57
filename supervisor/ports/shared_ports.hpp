// The ports of one app: the sockets of all its slots, held here and by the keeper, and who gets new connections.
//
// A socket on which an instance listens becomes a seat of that instance. It outlives the process: when the next one of the
// same slot binds the same address, the seat's socket is put in the place of its own, with all connections that wait there.
// Another instance (another slot, or the next generation in a reload) gets a seat of its own beside it.
//
// A program that closes its socket does not close the supervisor's copy, and the kernel does not report it. So seats are checked (look_for_closed):
// those that no process of the instance holds any more are released; closed_ports.hpp decides when.
// One piece: one class; its seats, members and aims change together.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/event_loop.hpp"
#include "platform/keeper.hpp"
#include "platform/port_sharing.hpp"
#include "supervisor/ports/steering.hpp"

namespace forever {

class SharedPorts {
 public:
  // Instances are known by their keys; the loop's token of an instance's calls is `first_token` plus its key.
  SharedPorts(EventLoop& loop, std::uint64_t first_token) : loop_(loop), first_token_(first_token) {}

  // A process of the instance has been forked under a filter whose listener is `calls`.
  void process_started(KeeperLink& link, std::uint32_t key, std::uint32_t slot, Pid leader, Handle calls);
  void process_ended(KeeperLink& link, std::uint32_t key);
  // Whether it may get new connections: not before it is to take over, nor once it is on its way out.
  void set_active(std::uint32_t key, bool active);
  // Ends listening on all that the instance has: what still waits there is refused.
  void release(KeeperLink& link, std::uint32_t key);
  void release_all(KeeperLink& link);

  [[nodiscard]] bool owns(std::uint64_t token) const noexcept;
  // Answers calls. true: an instance listens that did not before, or something else that is on record has changed.
  bool readable(KeeperLink& link, std::uint64_t token);

  // closed_ports.cpp
  // When an instance's seats are to be looked at next; nothing while nothing new is to be expected.
  [[nodiscard]] std::optional<Time> deadline() const;
  // Whether this one's are, now that we are awake in any case.
  [[nodiscard]] bool wants_look(std::uint32_t key, Time now) const;
  // `tree`: all living processes of the instance. Releases the ports that none of them holds. true: recorded data has changed.
  bool look_for_closed(KeeperLink& link, std::uint32_t key, const std::vector<Pid>& tree, Time now);
  // It is on its way out, and closes its ports for that: they are kept for the next process.
  void put_off_look(std::uint32_t key, Time now);

  // It listens on something.
  [[nodiscard]] bool ready(std::uint32_t key) const;
  // What it listens on, or has listened on and holds for its next process.
  [[nodiscard]] std::vector<std::string> addresses(std::uint32_t key) const;
  // Whether the first listens on all that the second listens on.
  [[nodiscard]] bool covers(std::uint32_t key, std::uint32_t other) const;
  // Whether several instances listen on this port.
  [[nodiscard]] bool serve_side_by_side(std::uint16_t port) const;
  // From now on connections from port `from` of this machine to `port` are this instance's alone. false: it does
  // not listen there. The Error: too many are aimed already.
  [[nodiscard]] Result<bool> aim(std::uint32_t key, std::uint16_t port, std::uint16_t from);
  void end_aim(std::uint16_t from);
  // Connections that wait in its queues, and those that the processes `tree` hold on its ports (not counted beyond `enough`).
  [[nodiscard]] unsigned connections(std::uint32_t key, const std::vector<Pid>& tree, unsigned enough) const;
  [[nodiscard]] bool any() const noexcept { return !seats_.empty(); }
  [[nodiscard]] std::vector<std::string> records() const;  // PortRecord as text
  // Why sockets could not be taken; empty if none was refused.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_.empty() ? crowded_ : trouble_; }

  // adopt_ports.cpp
  // After a predecessor: takes what the keeper holds, in the recorded order; then each instance claims its own. `tree`: its
  // living processes, none if it has no process now; `was_ready`: that listened on something, so that it has closed itself what it does
  // not hold. Ports that no instance claims are released.
  void adopt(HeldHandles& held, const std::vector<std::string>& records);
  void adopt_instance(KeeperLink& link, std::uint32_t key, std::uint32_t slot, const ProcessId& leader,
                      const std::vector<Pid>& tree, bool was_ready);
  void end_adoption(KeeperLink& link);
  // For a keeper that we are to become; and back if that failed.
  void release_handles(HeldHandles& into);
  void take_back(HeldHandles& from);

 private:
  struct Member {
    std::uint32_t slot = 0;
    Pid leader = 0;
    Handle calls;
    bool active = false;
    std::set<std::string> granted;    // addresses that its process may share, and on which it does not listen yet
    std::optional<Time> ready_since;  // its process listens on something
    std::optional<Time> look_due;     // when its seats are looked at
    Time looked{};                    // when they were last
    std::size_t look_at_count = 0;    // more seats than that are looked at without waiting
  };
  struct Seat {
    Handle socket;
    std::uint64_t cookie = 0;
    std::string address;
    std::uint32_t slot = 0;
    std::uint32_t key = 0;
    bool owned = true;     // false: adopted, and its instance is not known yet
    bool claimed = false;  // its instance's present process has it
    bool ready = false;    // and listens
    std::uint64_t inode = 0;
    std::optional<Time> closed_since;  // when it was first seen that no process of the instance holds it
  };

  struct Aim {
    std::uint16_t from = 0;
    std::uint32_t key = 0;
    std::uint16_t port = 0;
  };

  // What the keeper holds: "port/SLOT/COOKIE" and "calls/SLOT/LEADER".
  static constexpr const char* kSeatName = "port/";
  static constexpr const char* kCallsName = "calls/";
  static void hold(KeeperLink& link, const std::string& name, const Handle& handle);

  // Seats that the supervisor holds at the same time, whatever the number of descriptors.
  static constexpr std::size_t kMostSeats = 4096;
  static constexpr std::size_t kMostGranted = 1024;  // addresses that one process has bound without listening there
  static constexpr int kMostCalls = 64;              // answered in one turn, so that no program keeps us from all else

  void answer(KeeperLink& link, std::uint32_t key, Member& member, PortCall& call);
  void answer_bind(std::uint32_t key, Member& member, PortCall& call);
  void answer_listen(KeeperLink& link, std::uint32_t key, Member& member, PortCall& call);
  [[nodiscard]] Seat* seat_for(std::uint32_t key, const Member& member, const PortCall& call);
  [[nodiscard]] bool granted(const std::string& address) const;
  [[nodiscard]] bool has_room(const Member& member, const PortCall& call);
  void look_soon(std::uint32_t key, Member& member);
  void add_seat(KeeperLink& link, Seat seat);
  void remove_seats(KeeperLink& link, const std::function<bool(const Seat&)>& which);
  void steer(const std::string& address);
  void steer_port(std::uint16_t port);
  void steer_across(const Seat& leaving);
  [[nodiscard]] std::vector<std::uint64_t> active_on(const std::string& address) const;
  void attach(const std::string& address, const std::vector<std::uint32_t>& targets);
  [[nodiscard]] static std::string name_of(const Seat& seat);
  [[nodiscard]] static std::string name_of(const Member& member);

  EventLoop& loop_;
  std::uint64_t first_token_;
  std::map<std::uint32_t, Member> members_;  // by key; only those with a process, or that had one
  std::vector<Seat> seats_;
  std::map<std::string, ListenOrder> orders_;
  std::map<std::string, Handle> adopted_calls_;  // by name, until their instance is known
  std::vector<Aim> aims_;
  std::string trouble_;
  std::string crowded_;  // which port is not held since there are too many; empty once there is room again
  bool changed_ = false;
};

}  // namespace forever
