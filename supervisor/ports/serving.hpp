// Which instances are ready and may serve, as far as that is seen: by what they listen on, or by what they say. Looks whether they still
// listen.
#pragma once

#include "supervisor/decide/due.hpp"
#include "supervisor/holdings.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/instance/trees.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class Serving : public Timed {
 public:
  Serving(SupervisedApp& app, const Roster& roster, const Trees& trees, Holdings& holdings)
      : app_(app),
        roster_(roster),
        trees_(trees),
        link_(holdings.link),
        ports_(holdings.ports),
        notices_(holdings.notices) {}

  // It listens, or has said so.
  [[nodiscard]] bool is_ready(const Instance& instance) const;
  // It may get new connections.
  [[nodiscard]] bool may_serve(const Instance& instance) const;
  // As good as `old`: it listens on all that the old one listens on. One that listens on nothing has run for a while.
  [[nodiscard]] bool may_replace(const Instance& fresh, const Instance* old, Time now) const;

  [[nodiscard]] std::optional<Time> due(Time now) const override;
  // Releases the ports that an instance has closed. One that is on its way out closes its ports as part of that.
  void tick(Time now) override;
  void look_at_ports_of(const Instance& instance, Time now);

 private:
  SupervisedApp& app_;
  const Roster& roster_;
  const Trees& trees_;
  KeeperLink& link_;
  SharedPorts& ports_;
  const Notices& notices_;
};

}  // namespace forever
