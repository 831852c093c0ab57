// The first word to the command line that has launched this supervisor: whether the app has started, or why not.
#pragma once

#include <string>
#include <utility>

#include "platform/handle.hpp"
#include "platform/keeper.hpp"
#include "supervisor/instance/carry_out.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/succession/app_files.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

class StartReporting {
 public:
  StartReporting(SupervisedApp& app, Roster& roster, CarryOut& carry_out, AppFiles& files, KeeperLink& link)
      : app_(app), roster_(roster), carry_out_(carry_out), files_(files), link_(link) {}

  // The pipe to the command line, if one waits; for a keeper that this process is to become it is released.
  void take(Handle pipe) noexcept { pipe_ = std::move(pipe); }
  [[nodiscard]] Handle release() noexcept { return std::move(pipe_); }
  [[nodiscard]] bool awaited() const noexcept { return static_cast<bool>(pipe_); }

  // Once every slot's first start is known, the command line gets the report. An instance that could not be executed at a fresh start is not
  // kept half-started: everything is stopped again first.
  void prepare();
  void send();
  // There is nothing to supervise. A successor would fare no better, so none is made.
  void give_up(const Error& error);

 private:
  SupervisedApp& app_;
  Roster& roster_;
  CarryOut& carry_out_;
  AppFiles& files_;
  KeeperLink& link_;
  Handle pipe_;
  std::string text_;
};

}  // namespace forever
