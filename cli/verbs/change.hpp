// Other settings, arguments or another name for apps on record, in one step: what runs is started again with them.
#pragma once

#include "cli/grammar/app_request.hpp"
#include "cli/grammar/command.hpp"

namespace forever::cli {

// Whether anything of an app is asked for.
[[nodiscard]] bool asks_for_changes(const AppRequest& request);
// `restart APP OPTION... -- ARGUMENT...`. `update_env`: with the present environment, too. Returns the exit code.
[[nodiscard]] int restart_changed(const SelectorOptions& which, const AppRequest& request, bool update_env);
// `rename OLD NEW`: an app that is stopped stays stopped.
[[nodiscard]] int rename(const SelectorOptions& which, const std::string& name);

}  // namespace forever::cli
