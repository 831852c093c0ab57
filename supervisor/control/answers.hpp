// What clients have asked for and wait for: when they get their answer, what they hear until then, and what they hear when something
// later overtakes it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "supervisor/control/draining.hpp"
#include "supervisor/control/reloading.hpp"
#include "supervisor/control/server.hpp"
#include "supervisor/control/under_way.hpp"
#include "supervisor/decide/due.hpp"
#include "supervisor/decide/precedence.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

// One that waits: to be begun, or for its outcome.
struct Awaited {
  bool doubtful = false;  // it has failed lately: it is looked at for a while
};
struct Operating {
  ControlServer::Client client = 0;
  ControlRequest request;
  Incoming incoming = Incoming::start;
  bool begun = false;
  std::uint32_t first_slot = 0;  // the answer is about this one and those above
  Time since{};
  Time next_word{};
  bool answered = false;
  std::map<std::uint32_t, Awaited> awaited{};  // start and restart: by the key of the instance
};

class Answers : public Timed {
 public:
  Answers(SupervisedApp& app, Roster& roster, const Holdings& holdings, ControlServer& control, const Reload& reload,
          Draining& draining, Reloading& reloading)
      : app_(app),
        roster_(roster),
        notices_(holdings.notices),
        control_(control),
        reload_(reload),
        draining_(draining),
        reloading_(reloading) {}

  // An operation that a newer one overtakes fails, and its client is answered at once.
  void overtake(Incoming newer, std::optional<std::uint32_t> slot);
  // Whether the instances that a start or restart is about have failed lately. To be asked before anything is done about it.
  [[nodiscard]] std::map<std::uint32_t, Awaited> awaited_runs(const ControlRequest& request);

  void await(Operating operating) { operating_.push_back(std::move(operating)); }
  // The first that has not begun, taken out; it comes back by put_back() or await().
  [[nodiscard]] std::optional<Operating> take_waiting();
  void put_back(Operating operating) { operating_.insert(operating_.begin(), std::move(operating)); }

  void reply(ControlServer::Client client, ControlReply reply) { replies_.emplace_back(client, std::move(reply)); }
  // Those whose outcome is known by now.
  void collect(Time now);
  void send();
  // Whether anybody waits.
  [[nodiscard]] bool any() const noexcept { return !operating_.empty() || !replies_.empty(); }

  [[nodiscard]] std::optional<Time> due(Time now) const override;
  // A word for those who wait: silence would be taken for the end of the supervisor.
  void tick(Time now) override;

 private:
  [[nodiscard]] std::optional<Time> look_ends(const Operating& operating, Time now) const;
  [[nodiscard]] std::optional<std::string> come_of(const Instance& instance, const Awaited& awaited, Time now,
                                                   bool& well) const;
  [[nodiscard]] std::optional<ControlReply> outcome_of_runs(const Operating& operating, Time now);
  [[nodiscard]] std::optional<ControlReply> outcome(const Operating& operating, Time now);
  [[nodiscard]] bool tell_progress(const Operating& operating, Time now);
  [[nodiscard]] std::string stopping_text(const Instance& instance, Time now) const;

  SupervisedApp& app_;
  Roster& roster_;
  const Notices& notices_;
  ControlServer& control_;
  const Reload& reload_;
  Draining& draining_;
  Reloading& reloading_;
  std::vector<Operating> operating_;
  std::vector<std::pair<ControlServer::Client, ControlReply>> replies_;
};

}  // namespace forever
