// Instances on their way out: they get no new connection, and are stopped once those that they have are gone, or their time is over. And
// who gets new connections instead.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "supervisor/decide/due.hpp"
#include "supervisor/decide/reload.hpp"
#include "supervisor/holdings.hpp"
#include "supervisor/instance/carry_out.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/instance/trees.hpp"
#include "supervisor/ports/serving.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class Draining : public Timed {
 public:
  Draining(SupervisedApp& app, Roster& roster, const Trees& trees, Serving& serving, CarryOut& carry_out,
           Holdings& holdings, const Reload& reload)
      : app_(app),
        roster_(roster),
        trees_(trees),
        serving_(serving),
        carry_out_(carry_out),
        link_(holdings.link),
        ports_(holdings.ports),
        reload_(reload) {}

  // It gets no new connection from now on, and is stopped when those that it has have ended, after `drain` at the latest.
  void retire(Instance& instance, Trigger trigger, Milliseconds drain);
  // It is removed from the roster.
  void forget(std::uint32_t key);

  [[nodiscard]] std::optional<Time> due(Time now) const override;
  void tick(Time now) override;
  // Who gets connections follows from the states; what a slot holds goes when the slot rests.
  void settle_ports(Time now);

  // What each waits for, in words.
  [[nodiscard]] std::vector<std::string> progress(Time now) const;

 private:
  struct Leaving {
    std::uint32_t key = 0;
    Time until{};
    Time next_look{};
    Milliseconds pause{2};
    int quiet = 0;  // looks in a row that found nothing
    Trigger trigger = Trigger::stop;
  };

  SupervisedApp& app_;
  Roster& roster_;
  const Trees& trees_;
  Serving& serving_;
  CarryOut& carry_out_;
  KeeperLink& link_;
  SharedPorts& ports_;
  const Reload& reload_;
  std::vector<Leaving> leaving_;
  std::optional<Time> reconnecting_until_;  // the clients of a process that was cut off come again
};

}  // namespace forever
