// What an app is in the middle of, as distinguished by decide/precedence.hpp.
#pragma once

#include "supervisor/decide/precedence.hpp"
#include "supervisor/decide/reload.hpp"
#include "supervisor/instance/roster.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

[[nodiscard]] UnderWay what_runs(const SupervisedApp& app, const Roster& roster, const Reload& reload);

}  // namespace forever
