// export: the same apps for another supervisor, from the record or from an apps file.
#include "cli/export/export_to.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>

#include "app/environment.hpp"
#include "app/runnable.hpp"
#include "cli/apps_file/bring.hpp"
#include "cli/export/export.hpp"
#include "client/view.hpp"
#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/spawn.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

// What the apps file gives it; for an app that was started by hand, what differs from the environment here and now.
std::vector<std::string> own_environment(const AppSpec& spec) {
  std::vector<std::string> own;
  if (!spec.apps_file.empty()) {
    for (const std::string& line : spec.declared) {
      if (line.starts_with("env ")) own.push_back(line.substr(4));
    }
    return own;
  }
  const std::vector<std::string> here = environment_snapshot();
  for (const std::string& entry : spec.environment) {
    const std::string name = entry.substr(0, entry.find('='));
    // Of the shell and its place, whatever they were.
    if (name == "PWD" || name == "OLDPWD" || name == "SHLVL" || name == "_" || name == "FOREVER_HOME") continue;
    const auto& given = spec.given_environment;
    const bool declared = std::find(given.begin(), given.end(), entry) != given.end();
    if (declared || std::find(here.begin(), here.end(), entry) == here.end()) own.push_back(entry);
  }
  return own;
}

ExportApp exported(const AppSpec& spec) {
  std::string path;
  for (const std::string& entry : spec.environment) {
    if (entry.starts_with("PATH=")) path = entry.substr(5);
  }
  const ProgramLookup script = find_program(spec.script, spec.directory, path);
  ExportApp app{spec, runnable_command(spec, script), own_environment(spec)};
  const ProgramLookup program = find_program(app.command.front(), spec.directory, path);
  if (program.code == 0)
    app.command.front() = is_absolute(program.path) ? program.path : spec.directory + "/" + program.path;
  std::sort(app.environment.begin(), app.environment.end());
  // As of the environment: what differs from here and now.
  const std::vector<ResourceLimit> here = current_limits();
  std::erase_if(app.spec.limits,
                [&](const ResourceLimit& limit) { return std::find(here.begin(), here.end(), limit) != here.end(); });
  return app;
}

void tell_secrets(const std::vector<ExportApp>& apps) {
  std::string who;
  for (const ExportApp& app : apps) {
    for (const std::string& entry : app.environment) {
      const std::size_t equals = entry.find('=');
      if (!looks_secret(entry.substr(0, equals), entry.substr(equals + 1))) continue;
      who += (who.empty() ? "" : ", ") + app.spec.name + " " + entry.substr(0, equals);
    }
  }
  if (!who.empty()) complain("the output contains values that look like secrets: " + who);
}

std::variant<std::vector<ExportApp>, Failure> apps_to_export(const SelectorOptions& which) {
  std::vector<ExportApp> apps;
  const auto& words = which.selectors;
  auto opened = open_state(false);
  if (auto* failure = std::get_if<Failure>(&opened)) return *failure;
  const StateDirectory& state = std::get<StateDirectory>(opened);
  if (words.size() == 1 && is_apps_file(state, words.front())) {
    const auto wanted = wanted_apps(state, words.front(), which);
    if (const auto* failure = std::get_if<Failure>(&wanted)) return *failure;
    for (const Wanted& one : std::get<std::vector<Wanted>>(wanted)) apps.push_back(exported(one.spec));
    return apps;
  }
  auto found = find_apps(words, false);
  if (auto* failure = std::get_if<Failure>(&found)) return *failure;
  for (const AppView& view : std::get<Selection>(found).views) {
    const auto spec = state.read_spec(view.name);
    if (!spec) return Failure{ExitCode::failed, spec.error().message()};
    apps.push_back(exported(*spec));
  }
  if (apps.empty()) return Failure{ExitCode::not_found, "no app to export in " + state.path()};
  return apps;
}

constexpr Option kExportOptions[] = {
    {{"--directory", ValueKind::directory, "DIRECTORY",
      "Writes the files to this directory instead of standard output."},
     take_text<&Export::directory>},
    kOnly,
    kEnvironmentName,
};
constexpr OptionGroup kExportGroups[] = {{"Options", kExportOptions}};

}  // namespace

constinit const Verb kExportVerb{
    .name = "export",
    .family = family::kMore,
    .operands = "systemd|compose|kubernetes|nomad [APP|FILE]... [OPTION]...",
    .summary = "write apps for another supervisor",
    .text =
        "Prints a configuration that runs the apps under an init system or in a cluster: commands, environments, "
        "restarts, stop settings, memory limits, ports (of PORT) and dependencies. A comment that begins with "
        "\"lost:\" names each setting without an equivalent. The environment is that of the apps file; for an app "
        "started from the command line, what differs from the caller's environment.\n"
        "Without APP all recorded apps are exported; FILE is an apps file, whose apps need no record.",
    .examples =
        "forever export systemd web > /etc/systemd/system/web.service\n"
        "forever export kubernetes apps.json | kubectl apply -f -",
    .groups = kExportGroups,
    .kind = OperandKind::form_then_app,
    .begin = begin<Export>,
};

std::optional<UsageError> Export::take(Operands& operands) {
  take_selectors(which, operands);
  auto& words = which.selectors;
  if (words.empty()) return missing("export", "a form: systemd, compose, kubernetes or nomad");
  const auto meant = from_word<ExportForm>(words.front());
  if (!meant) return UsageError{"'" + words.front() + "' must be one of " + list_of_words<ExportForm>()};
  form = *meant;
  words.erase(words.begin());
  return std::nullopt;
}

int Export::carry_out() const {
  const auto found = apps_to_export(which);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, false);
  const auto& apps = std::get<std::vector<ExportApp>>(found);
  if (auto twice = same_name_in_export(apps)) return fail({ExitCode::failed, *twice}, false);
  const std::string to = directory.empty() ? std::string{} : absolute_path(directory);
  if (const auto facts = facts_of(to); !to.empty() && (!facts || !facts->directory))
    return fail(
        {ExitCode::failed, "cannot write to " + printable(directory) + ": " +
                               (facts ? "it is not a directory" : "there is no such directory; create it first")},
        false);
  tell_secrets(apps);
  const auto files = export_apps(form, apps);
  std::string text;
  for (const ExportFile& file : files) {
    if (directory.empty()) {
      if (files.size() > 1) text += std::string{text.empty() ? "" : "\n"} + "# ---- " + file.name + "\n";
      text += file.text;
      continue;
    }
    const std::string path = to + "/" + file.name;
    if (const Status written = write_atomically(path, file.text, Durability::synced); !written)
      return fail({ExitCode::failed, written.error().message()}, false);
    text += printable(path) + "\n";
  }
  return print(text);
}

}  // namespace forever::cli
