// The environment that an app is started with: the caller's, over it what the --env-files say, over that what --env or the apps
// file gives. The layers are on record (AppSpec), so that the lowest can be exchanged.
#pragma once

#include <optional>

#include "app/spec.hpp"
#include "cli/grammar/app_request.hpp"
#include "cli/terminal/print.hpp"

namespace forever::cli {

// Lays what was asked for over the spec's environment, and notes it. A program of another user does not get what belongs to the
// caller's login, unless it was given by name.
[[nodiscard]] std::optional<Failure> give_environment(const AppRequest& request, AppSpec& spec);
// The environment of this process in the place of the caller's at the start; the files are read again.
[[nodiscard]] std::optional<Failure> renew_environment(AppSpec& spec);

}  // namespace forever::cli
