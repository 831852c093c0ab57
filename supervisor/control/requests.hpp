// What clients ask of a supervisor over the control socket: it is begun, put off or refused (decide/precedence.hpp). Answers.hpp says when
// it is answered.
#pragma once

#include <string>

#include "supervisor/control/answers.hpp"
#include "supervisor/control/operations.hpp"
#include "supervisor/control/reloading.hpp"
#include "supervisor/holdings.hpp"
#include "supervisor/present_status.hpp"
#include "supervisor/succession/app_files.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class Requests {
 public:
  Requests(SupervisedApp& app, Roster& roster, Holdings& holdings, const PresentStatus& present, const Reload& reload,
           Reloading& reloading, Operations& operations, Answers& answers, AppFiles& files)
      : app_(app),
        roster_(roster),
        link_(holdings.link),
        outputs_(holdings.outputs),
        present_(present),
        reload_(reload),
        reloading_(reloading),
        operations_(operations),
        answers_(answers),
        files_(files) {}

  void take(const ControlServer::Request& asked);
  // Those that have waited for the end of something else, in the order in which they came.
  void begin_waiting();

 private:
  void begin(Operating& operating);
  void carry_out(Operating& operating, UnderWay running);
  [[nodiscard]] bool takes_spec(Operating& operating);
  void reload(Operating& operating);
  void signal(Operating& operating);
  void answer(Operating& operating, const Status& done, std::string text = {});
  void answer_at_once(const ControlServer::Request& asked);

  SupervisedApp& app_;
  Roster& roster_;
  KeeperLink& link_;
  Outputs& outputs_;
  const PresentStatus& present_;
  const Reload& reload_;
  Reloading& reloading_;
  Operations& operations_;
  Answers& answers_;
  AppFiles& files_;
};

}  // namespace forever
