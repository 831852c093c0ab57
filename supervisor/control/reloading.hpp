// Carries out what the rolling reload decides (decide/reload.hpp), and feeds it the events of the processes that it waits for.
#pragma once

#include <optional>
#include <string>

#include "supervisor/control/draining.hpp"
#include "supervisor/decide/due.hpp"
#include "supervisor/decide/reload.hpp"
#include "supervisor/holdings.hpp"
#include "supervisor/instance/carry_out.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/ports/serving.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class Reloading : public Timed {
 public:
  Reloading(SupervisedApp& app, Roster& roster, Serving& serving, CarryOut& carry_out, Draining& draining,
            Holdings& holdings, Reload& reload)
      : app_(app),
        roster_(roster),
        serving_(serving),
        carry_out_(carry_out),
        draining_(draining),
        ports_(holdings.ports),
        reload_(reload) {}

  // What was stopped by hand stays so, also while it still stops.
  void begin(Trigger trigger, ReloadTimes times);
  void give_up(std::string why);

  [[nodiscard]] bool under_way() const noexcept { return reload_.under_way(); }
  // What went wrong in the last one, or nothing.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  // What it waits for, in words; empty while there is nothing to report.
  [[nodiscard]] std::string progress() const;

  [[nodiscard]] std::optional<Time> due(Time now) const override;
  void tick(Time now) override;

 private:
  void tell(const ReloadEvent& event);
  void carry_out(const ReloadAction& action);
  void raise(Instance& old);
  void promote(Instance& fresh);
  [[nodiscard]] std::optional<ReloadEvent> news(Time now) const;

  SupervisedApp& app_;
  Roster& roster_;
  Serving& serving_;
  CarryOut& carry_out_;
  Draining& draining_;
  SharedPorts& ports_;
  Reload& reload_;
  std::uint32_t key_ = 0;       // of the instance that it waits for
  std::uint64_t restarts_ = 0;  // of a slot that is restarted: its count, by which a crash is detected
  std::string trouble_;
};

}  // namespace forever
