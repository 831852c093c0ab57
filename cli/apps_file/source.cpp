// Where an apps file comes from. A .config.js is a program: node runs it and prints what it exports. YAML becomes JSON.
#include "cli/apps_file/source.hpp"

#include "app/name.hpp"
#include "cli/hints.hpp"
#include "platform/capture.hpp"
#include "platform/console.hpp"
#include "platform/files.hpp"
#include "platform/guarded_folder.hpp"
#include "platform/users.hpp"
#include "text/printable.hpp"
#include "text/units.hpp"
#include "text/yaml.hpp"

namespace forever::cli {
namespace {

constexpr Milliseconds kNodePatience{10000};
constexpr int kIsModule = 77;  // the exit code of kEvaluate for what is no CommonJS, though it is written as such
constexpr std::string_view kMark =
    "\x1e"
    "forever-apps\x1e";  // output before it was printed by the file itself

// Takes a CommonJS or ES module, what it exports being an object, a list, a function that makes one, or a promise of one.
constexpr const char* kEvaluate = R"js(
const path = process.argv[1], load_module = require;
for (const name of ['module', 'exports', 'require']) delete globalThis[name];  // which -e has, and an ES module has not
const load = async () => {
  if (path.endsWith('.mjs')) return import(load_module('url').pathToFileURL(path));
  try { return load_module(path); } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM' && !(error instanceof SyntaxError)) throw error;
    return import(load_module('url').pathToFileURL(path));
  }
};
(async () => {
  let apps = await load();
  if (apps && apps.default && !apps.apps) apps = apps.default;
  if (typeof apps === 'function') apps = apps();
  process.stdout.write('\x1eforever-apps\x1e' + JSON.stringify(await apps), () => process.exit(0));
})().catch((error) => {
  const reason = String(error && error.message || error);
  if (/^(module|exports|require) is not defined in ES module scope/.test(reason)) process.exit(77);
  console.error(reason.split('\n')[0]);
  process.exit(1);
});
)js";

Result<std::string> evaluate(const std::string& word, const std::string& path) {
  if (!exists(path)) return error_from(ENOENT, "open " + path);
  const auto ran = capture({"node", "-e", kEvaluate, path}, kNodePatience);
  if (!ran && ran.error().code == std::errc::no_such_file_or_directory)
    return Error{word + " is a program for node, which is not installed; write the same as JSON: " + word + "on", {}};
  if (!ran) return ran.error();
  if (ran->timed_out) return Error{word + ": node has not ended after " + format_duration(kNodePatience), {}};
  if (ran->status.kind == ExitStatus::Kind::exited && ran->status.code == kIsModule)
    return Error{word +
                     " is an ES module here (\"type\": \"module\" in package.json), where there is no module.exports: "
                     "say export " +
                     "default {apps: [...]}, or call it " + word.substr(0, word.rfind('.')) + ".cjs",
                 {}};
  const std::size_t mark = ran->out.rfind(kMark);
  if (!ran->status.success() || mark == std::string::npos)
    return Error{word + ": node could not evaluate it; see its message above", {}};
  std::string json = ran->out.substr(mark + kMark.size());
  if (json == "undefined" || json == "{}")
    return Error{word + " exports nothing; use module.exports = {apps: [...]}", {}};
  return json;
}

Result<std::string> from_yaml(const std::string& word, const std::string& path) {
  const auto text = read_given_file(path, std::nullopt);
  if (!text) return text.error();
  auto json = json_of_yaml(*text);
  if (json) return json;
  const std::string fault = json.error().message();
  return Error{word + (reads_yaml() ? " is not valid YAML at " : ": ") + fault, {}};
}

Result<std::string> text_of(const std::string& word, const std::string& path) {
  if (word == "-") return read_standard_input();
  if (word.ends_with("js")) return evaluate(word, path);
  if (word.ends_with(".yaml") || word.ends_with(".yml")) return from_yaml(word, path);
  return read_given_file(path, std::nullopt);
}

std::string parent_of(const std::string& path) { return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1)); }

// "npm start" names a command, unless there is a file of that name: the shell takes it apart, and is replaced by it.
void take_commands_apart(AppsFile& file) {
  for (AppEntry& app : file.apps) {
    AppRequest& request = app.request;
    if (request.program.find(' ') == std::string::npos || request.settings.has("interpreter")) continue;
    const std::string path =
        is_absolute(request.program) ? request.program : request.settings.values("cwd").back() + "/" + request.program;
    if (exists(path)) continue;
    // A single command takes the shell's place; a list of them needs it.
    const bool single = request.program.find_first_of("&|;<>()$`\n") == std::string::npos;
    std::vector<std::string> words{"-c", (single ? "exec " : "") + request.program + " \"$@\"", "sh"};
    words.insert(words.end(), request.arguments.begin(), request.arguments.end());
    request.program = "sh";
    request.arguments = std::move(words);
  }
}

}  // namespace

std::variant<AppsSource, Failure> read_apps(const std::string& word, const std::string& environment,
                                            const std::vector<std::string>& only, bool warn) {
  const bool standard = word == "-";
  const std::string path = standard ? word : absolute_path(word);
  const auto text = text_of(word, path);
  if (!text) return Failure{ExitCode::failed, text.error().message()};
  const std::string here = standard ? current_directory() : parent_of(path);
  auto file = parse_apps(*text, {standard ? "standard input" : word, here, home_directory(), environment, only});
  if (!file) {
    const std::string hint = standard ? std::string{} : hint_for_file(word, current_directory());
    return Failure{ExitCode::usage, hint.empty() ? file.error().message() : printable(word) + hint};
  }
  for (const std::string& warning : file->warnings) {
    if (warn) complain((standard ? "standard input" : word) + ": " + warning);
  }
  take_commands_apart(*file);
  // What comes from standard input is a file of the directory where it was read.
  return AppsSource{std::move(*file), standard ? here + "/-" : path};
}

bool is_apps_file(const StateDirectory& state, const std::string& word) {
  if (!names_apps_file(word)) return false;
  return word == "-" || exists(absolute_path(word)) || fault_in_name(word) || !exists(state.spec_path(word));
}

}  // namespace forever::cli
