// describe: all that is known of an app.
#include "cli/list/describe.hpp"

#include "cli/grammar/verb.hpp"

#include "cli/apps/json.hpp"
#include "cli/apps/look.hpp"
#include "cli/apps/selection.hpp"
#include "cli/list/description.hpp"
#include "cli/terminal/print.hpp"
#include "platform/console.hpp"

namespace forever::cli {

namespace {

constexpr Option kDescribeOptions[] = {
    {{"-a,--all", ValueKind::none, "",
      "Shows every setting, the limits and the environment, and full times. Without it: what fits on a screen."},
     turn_on<&Describe::all>},
    {{"--reveal", ValueKind::none, "", "Also shows the environment, with values that look like secrets."},
     turn_on<&Describe::reveal>},
    kJson,
};
constexpr OptionGroup kDescribeGroups[] = {{"Options", kDescribeOptions}};

}  // namespace

constinit const Verb kDescribeVerb{
    .name = "describe",
    .aliases = "info show",
    .family = family::kLooking,
    .operands = "APP... [OPTION]...",
    .summary = "show everything about an app",
    .text = kSelectorText,
    .examples =
        "forever describe web\n"
        "forever describe web --reveal\twith the secrets in its environment",
    .groups = kDescribeGroups,
    .kind = OperandKind::app,
    .begin = begin<Describe>,
};

std::optional<UsageError> Describe::take(Operands& operands) {
  return take_some(which, operands, "describe", "the name of an app");
}

int Describe::carry_out() const {
  auto found = find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  Selection& selection = std::get<Selection>(found);
  if (!which.json) tell_of_none(selection);
  tell_troubles(selection.views);
  std::vector<AppLook> looks = look_at_all(std::move(selection.views));
  add_ports(looks);
  std::vector<std::optional<AppSpec>> specs;
  for (const AppLook& look : looks) {
    auto spec = selection.state.read_spec(look.view.name);
    if (spec) {
      specs.emplace_back(std::move(*spec));
    } else {
      complain(spec.error().message());
      specs.emplace_back();
    }
  }
  if (which.json) return print(json_description(selection.state.path(), looks, specs, reveal));
  const DescriptionStyle style{colours_wanted(Stream::out), reveal, all};
  std::string text;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (i != 0) text += "\n";
    text += description(looks[i], specs[i], style);
  }
  return print(text);
}

}  // namespace forever::cli
