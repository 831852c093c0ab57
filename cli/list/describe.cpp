// describe: all that is known of an app.
#include "cli/list/describe.hpp"

#include "cli/apps/json.hpp"
#include "cli/apps/look.hpp"
#include "cli/apps/selection.hpp"
#include "cli/list/description.hpp"
#include "cli/terminal/print.hpp"
#include "platform/console.hpp"

namespace forever::cli {

int describe(const Describe& command) {
  auto found = find_apps(command.which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, command.which.json);
  Selection& selection = std::get<Selection>(found);
  tell_troubles(selection.views);
  const std::vector<AppLook> looks = look_at_all(std::move(selection.views));
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
  if (command.which.json) return print(json_description(selection.state.path(), looks, specs, command.reveal));
  const DescriptionStyle style{colours_wanted(Stream::out), command.reveal};
  std::string text;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (i != 0) text += "\n";
    text += description(looks[i], specs[i], style);
  }
  return print(text);
}

}  // namespace forever::cli
