// From what was typed to a spec, and whether that spec can be started at all.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "app/spec.hpp"
#include "cli/grammar/app_request.hpp"
#include "cli/terminal/print.hpp"

namespace forever::cli {

// Program, arguments, cwd, and what is taken from this process: environment, umask, limits. Name and id are still open.
[[nodiscard]] std::variant<AppSpec, Failure> fresh_spec(const AppRequest& request);
// Lays what was given over `spec`; the rest stays as it is. Reads --env-file.
[[nodiscard]] std::optional<Failure> lay_over(const AppRequest& request, AppSpec& spec);
// Settings that contradict what the user wanted: settings of watching without watching. In an apps file they are kept for later.
[[nodiscard]] std::optional<Failure> check_watch_settings(const GivenSettings& given, const WatchSettings& watch);
// What would keep it from starting, as far as it can be seen from here: no such program (127), not executable (126),
// cwd, user. Takes out a user who is the caller anyhow.
[[nodiscard]] std::optional<Failure> check_spec(AppSpec& spec);
// Makes the directories of the log files that were named, for the owner alone.
[[nodiscard]] std::optional<Failure> make_log_folders(const AppSpec& spec);
// What an app is called without --name: "server" of ./server, server.js and of `node server.js`. Pure.
[[nodiscard]] std::string default_name_for(const AppSpec& spec);
// Whether both mean the same program with the same arguments in the same place.
[[nodiscard]] bool same_command(const AppSpec& a, const AppSpec& b);

}  // namespace forever::cli
