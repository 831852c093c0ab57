// What start, run and dev have in common: a program, its environment, and the settings of an app.
#pragma once

#include "cli/grammar/app_request.hpp"
#include "cli/grammar/option.hpp"

namespace forever::cli {

Fault take_name(AppRequest& app, const std::string& value);
Fault take_assignment(AppRequest& app, const std::string& value);
Fault take_environment_file(AppRequest& app, const std::string& value);
Fault set_log_time(Command& command, const std::string&);

// Each for a Command that has an `app`.
template <class Kind>
inline constexpr Option kNameOption = {
    {"-n,--name", ValueKind::name, "NAME",
     "The app's name. Default: the base name of the program (of the script in `node server.js`), made "
     "unique."},
    by<Kind>([](Kind& kind, const std::string& value) { return take_name(kind.app, value); })};
template <class Kind>
inline constexpr Option kEnvironmentOption = {
    {"-e,--env", ValueKind::text, "NAME=VALUE",
     "Sets one environment variable; overrides the caller's and --env-file. May be repeated."},
    by<Kind>([](Kind& kind, const std::string& value) { return take_assignment(kind.app, value); })};
template <class Kind>
inline constexpr Option kEnvironmentFileOption = {
    {"--env-file", ValueKind::file, "FILE",
     "Reads NAME=VALUE lines into the environment. May be repeated; later ones override."},
    by<Kind>([](Kind& kind, const std::string& value) { return take_environment_file(kind.app, value); })};
// Before the settings of logs, so that --log-format counts where both are given.
inline constexpr Option kLogTimeOption = {
    {"--log-time", ValueKind::none, "", "Adds a time stamp before each line; the same as --log-format time."},
    set_log_time};

// The first word is the program, wherever it stands; what follows it, on either side of the `--`, is the program's. False if there is none.
[[nodiscard]] bool take_program(AppRequest& app, Operands& operands);
// What is wrong with the program and the settings together. A bare --env NAME becomes --env-name where the program is an apps file.
[[nodiscard]] std::optional<UsageError> check_request(AppRequest& app, SelectorOptions& which);

}  // namespace forever::cli
