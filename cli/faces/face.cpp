#include "cli/faces/face.hpp"

#include <algorithm>

#include "cli/apps/selection.hpp"
#include "cli/apps/selector.hpp"
#include "cli/faces/nodemon.hpp"
#include "cli/faces/pm2.hpp"
#include "cli/faces/pm2_answers.hpp"
#include "cli/grammar/parse.hpp"
#include "cli/terminal/print.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "text/json_fields.hpp"

namespace forever::cli {
namespace {

// "/usr/bin/pm2" and "pm2.exe" are pm2.
std::string_view bare_name(std::string_view called) {
  if (const std::size_t slash = called.find_last_of("/\\"); slash != std::string_view::npos)
    called.remove_prefix(slash + 1);
  if (called.ends_with(".exe")) called.remove_suffix(4);
  return called;
}

Face face_called(std::string_view name) {
  if (name == "pm2") return Face::pm2;
  if (name == "pm2-runtime" || name == "pm2-docker") return Face::pm2_runtime;
  if (name == "nodemon") return Face::nodemon;
  return Face::forever;
}

// By name, id or namespace alone: a script means itself under PM2, not the app that runs it.
Named what_is(const std::string& word) {
  const auto opened = open_state(false);
  const auto* state = std::get_if<StateDirectory>(&opened);
  const std::vector<AppView> views = state == nullptr ? std::vector<AppView>{} : view_apps(*state, false);
  for (const char* key : {"name:", "id:", "ns:"}) {
    const auto chosen = select(views, {key + word}, {});
    const auto* targets = std::get_if<std::vector<Target>>(&chosen);
    if (targets == nullptr || targets->empty()) continue;
    const auto runs = [&](const AppView& view) {
      const auto means = [&](const Target& target) { return target.name == view.name; };
      return std::ranges::any_of(*targets, means) && is_kept(view.state_word());
    };
    return std::ranges::any_of(views, runs) ? Named::running_app : Named::stopped_app;
  }
  return facts_of(word) ? Named::file : Named::nothing;
}

std::string main_of_package() {
  if (const auto text = read_file("package.json")) {
    const Json package = Json::parse(*text, nullptr, false);
    if (package.is_object() && package.contains("main") && package["main"].is_string()) return package["main"];
  }
  return "index.js";
}

std::variant<Translation, UsageError> translate(Face face, const std::vector<std::string>& words) {
  switch (face) {
    case Face::pm2: return from_pm2(words, what_is);
    case Face::pm2_runtime: return from_pm2_runtime(words, what_is);
    default:
      return from_nodemon(
          words, [](const std::string& word) { return static_cast<bool>(facts_of(word)); }, main_of_package);
  }
}

int answer_query(const Translation& asked) {
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, false);
  const StateDirectory& state = std::get<StateDirectory>(opened);
  std::vector<AppView> views = view_apps(state, true);
  tell_adoptions(views);
  const std::vector<AppLook> looks = look_at_all(std::move(views));
  if (asked.query == Translation::Query::ids) return print(pm2_ids(looks, asked.selector));
  std::vector<std::optional<AppSpec>> specs;
  for (const AppLook& look : looks) {
    auto spec = state.read_spec(look.view.name);
    specs.push_back(spec ? std::optional{std::move(*spec)} : std::nullopt);
  }
  return print(pm2_list(looks, specs, asked.query == Translation::Query::list_pretty));
}

// One of our command lines. PM2 knows 0 and 1.
int carry_out(const std::vector<std::string>& words) {
  const auto parsed = parse(words);
  if (const auto* error = std::get_if<UsageError>(&parsed)) return fail({ExitCode::failed, error->message}, false);
  return std::get<std::unique_ptr<Command>>(parsed)->carry_out();
}

}  // namespace

Face take_face(std::string_view called, std::vector<std::string>& words) {
  Face face = face_called(bare_name(called));
  if (face != Face::forever || words.empty()) return face;
  face = face_called(words.front());
  if (face != Face::forever) words.erase(words.begin());
  return face;
}

int run_face(Face face, const std::vector<std::string>& words) {
  const auto translated = translate(face, words);
  if (const auto* error = std::get_if<UsageError>(&translated)) return fail({ExitCode::failed, error->message}, false);
  const Translation& translation = std::get<Translation>(translated);
  for (const std::string& remark : translation.remarks) complain(remark);
  if (!translation.answer.empty()) return print(translation.answer);
  if (translation.query != Translation::Query::none) return answer_query(translation);
  int worst = 0;
  for (const std::vector<std::string>& words_of_ours : translation.commands)
    worst = std::max(worst, carry_out(words_of_ours));
  const bool runs = face != Face::pm2;  // the program's own exit code
  return runs ? worst : std::min(worst, 1);
}

}  // namespace forever::cli
