// The way from selectors to apps that every verb goes.
#include "cli/apps/selection.hpp"

#include <algorithm>

#include "cli/apps_file/from_files.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "platform/ports.hpp"
#include "text/printable.hpp"

namespace forever::cli {

const AppView& Selection::view_of(const Target& target) const {
  return *std::find_if(views.begin(), views.end(), [&](const AppView& view) { return view.name == target.name; });
}

namespace {

std::vector<std::vector<Pid>> holders_with_ancestors(std::uint16_t port) {
  std::vector<std::vector<Pid>> chains;
  for (const Pid holder : holders_of_port(port)) {
    std::vector<Pid>& chain = chains.emplace_back();
    for (Pid pid = holder; pid > 1; pid = parent_of(pid)) chain.push_back(pid);
  }
  return chains;
}

SelectorPlace this_place() {
  const auto file = [](const std::string& directory, const std::string& path) {
    const bool complete = directory.empty() || is_absolute(path);
    return canonical_path(absolute_path(complete ? path : directory + "/" + path));
  };
  return {holders_with_ancestors, file, [](const std::string& path) { return exists(path); }};
}

}  // namespace

std::variant<Selection, Failure> find_apps(const std::vector<std::string>& words, bool adopt) {
  SelectorOptions which;
  which.selectors = words;
  auto files = apps_of_files(which);
  if (auto* failure = std::get_if<Failure>(&files)) return std::move(*failure);
  const FromFiles& from = std::get<FromFiles>(files);
  if (from.nothing && from.any) return Failure{ExitCode::not_found, "none of the apps of that file is on record"};
  const std::vector<std::string>& selectors = from.selectors;
  auto opened = open_state(false);
  if (auto* failure = std::get_if<Failure>(&opened)) return *failure;
  const StateDirectory& state = std::get<StateDirectory>(opened);
  std::vector<AppView> views = view_apps(state, adopt);
  tell_adoptions(views);
  auto chosen = select(views, selectors.empty() ? std::vector<std::string>{"all"} : selectors, this_place());
  if (auto* error = std::get_if<SelectionError>(&chosen)) {
    // With another HOME, as sudo gives, it may be on record elsewhere.
    if (error->message.starts_with("no app ")) error->message += " (in " + printable(state.path()) + ")";
    return Failure{ExitCode::not_found, error->message};
  }
  Selection selection{state, {}, std::move(std::get<std::vector<Target>>(chosen))};
  // Both are in the same order, so one walk finds them all.
  auto target = selection.targets.begin();
  for (AppView& view : views) {
    if (target == selection.targets.end() || target->name != view.name) continue;
    while (target != selection.targets.end() && target->name == view.name) ++target;
    selection.views.push_back(std::move(view));
  }
  return selection;
}

void tell_adoptions(const std::vector<AppView>& views) {
  for (const AppView& view : views) {
    if (view.adopted) tell(view.name + " was unsupervised and has been adopted by a new supervisor");
  }
}

void tell_of_none(const Selection& selection) {
  if (selection.views.empty()) tell("no apps in " + printable(selection.state.path()));
}

void tell_troubles(const std::vector<AppView>& views) {
  for (const AppView& view : views) {
    if (!view.trouble.empty()) complain(view.name + ": " + view.trouble);
  }
}

}  // namespace forever::cli
