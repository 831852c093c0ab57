// The variables that describe the exit of an instance to a command (`--on-exit`). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/status.hpp"
#include "platform/clock.hpp"
#include "supervisor/decide/lifecycle.hpp"

namespace forever {

struct ExitStory {
  std::string app, app_namespace;
  LastExit exit;
  std::uint32_t restarts = 0;  // before what comes next
  InstanceState next = InstanceState::stopped;
  std::string out_log, err_log;
};

// FOREVER_APP, FOREVER_EXIT_CODE and their sisters, as forever(1), ENVIRONMENT has them; in `environment` they take the place of
// what is there under those names. No value holds a NUL.
void add_exit_story(std::vector<std::string>& environment, const ExitStory& story);

}  // namespace forever
