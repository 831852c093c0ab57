#include "cli/grammar/app_options.hpp"

#include "app/environment.hpp"
#include "app/name.hpp"
#include "cli/apps_file/apps_file.hpp"

namespace forever::cli {
namespace {

std::optional<UsageError> two_looks(const GivenSettings& settings) {
  const auto command = settings.values("health-cmd");
  if (!settings.has("health-port") || command.empty() || command.back().empty()) return std::nullopt;
  return UsageError{"--health-cmd and --health-port exclude each other; a command can also check ports"};
}

// `start apps.json --env production`, as in PM2; anything else needs an assignment.
std::optional<UsageError> take_bare_environment(AppRequest& app, SelectorOptions& which) {
  if (app.bare_environment.empty()) return std::nullopt;
  if (!names_apps_file(app.program))
    return UsageError{"--env '" + app.bare_environment + "' is not an assignment; write NAME=VALUE"};
  which.environment_name = std::move(app.bare_environment);
  return std::nullopt;
}

}  // namespace

Fault take_name(AppRequest& app, const std::string& value) {
  if (auto fault = fault_in_name(value)) return "cannot be a name: " + *fault;
  app.name = value;
  return {};
}

Fault take_assignment(AppRequest& app, const std::string& value) {
  std::vector<std::string> scratch;
  if (!set_environment(scratch, value)) {
    // PM2's way to choose one of the environments of an apps file; whether there is one is seen with the operands.
    const bool is_name = !value.empty() && value.find('=') == std::string::npos;
    if (!is_name || !app.bare_environment.empty()) return "is not an assignment; write NAME=VALUE";
    app.bare_environment = value;
    return {};
  }
  app.environment.push_back(value);
  return {};
}

Fault take_environment_file(AppRequest& app, const std::string& value) {
  app.environment_files.push_back(value);
  return value.empty() ? Fault{"is empty"} : Fault{};
}

Fault set_log_time(Command& command, const std::string&) {
  return command.settings()->add(*find_setting("log-format"), "time");
}

bool take_program(AppRequest& app, Operands& operands) {
  const bool before = !operands.words.empty();
  join(operands);
  if (operands.words.empty()) return false;
  app.program = std::move(operands.words.front());
  app.has_program = true;
  app.arguments.assign(std::make_move_iterator(operands.words.begin() + 1),
                       std::make_move_iterator(operands.words.end()));
  app.has_arguments = !app.arguments.empty() || (before && operands.dashes);
  return true;
}

std::optional<UsageError> check_request(AppRequest& app, SelectorOptions& which) {
  if (app.program.empty() && app.has_program) return UsageError{"the program's name is empty"};
  if (auto error = take_bare_environment(app, which)) return error;
  return two_looks(app.settings);
}

}  // namespace forever::cli
