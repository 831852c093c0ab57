// env: the environment of an app as it is on record.
#include "cli/list/env.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>

#include "app/environment.hpp"
#include "cli/apps/json.hpp"
#include "cli/apps/selection.hpp"
#include "cli/list/describe.hpp"
#include "client/view.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

std::string environment_text(const AppSpec& spec, bool reveal) {
  std::vector<std::string> lines;
  for (const std::string& entry : spec.environment) {
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string name = entry.substr(0, equals);
    const std::string value = equals < entry.size() ? entry.substr(equals + 1) : std::string{};
    lines.push_back(printable(name) + "=" + (!reveal && looks_secret(name, value) ? "********" : printable(value)));
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

constexpr Option kEnvOptions[] = {
    {{"--reveal", ValueKind::none, "", "Also shows values that look like secrets."}, turn_on<&Describe::reveal>},
    kJson,
};
constexpr OptionGroup kEnvGroups[] = {{"Options", kEnvOptions}};

}  // namespace

constinit const Verb kEnvVerb{
    .name = "env",
    .family = family::kLooking,
    .operands = "APP... [OPTION]...",
    .summary = "print the environment of an app",
    .text = "Prints one NAME=VALUE per line. Values that look like secrets are masked unless --reveal is given.",
    .examples = "forever env web",
    .groups = kEnvGroups,
    .kind = OperandKind::app,
    .begin = begin<Env>,
};

std::optional<UsageError> Env::take(Operands& operands) {
  return take_some(which, operands, "env", "the name of an app");
}

int Env::carry_out() const {
  auto found = find_apps(which.selectors, false);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  if (which.json) return Describe::carry_out();
  tell_of_none(selection);
  std::string text;
  bool whole = true;
  for (const AppView& view : selection.views) {
    const auto spec = selection.state.read_spec(view.name);
    if (!spec) {
      complain(spec.error().message());
      whole = false;
      continue;
    }
    if (selection.views.size() > 1) text += std::string{text.empty() ? "" : "\n"} + "# " + printable(view.name) + "\n";
    text += environment_text(*spec, reveal);
  }
  return print(text, to_int(whole ? ExitCode::ok : ExitCode::failed));
}

}  // namespace forever::cli
