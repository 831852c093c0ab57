// Where an apps file comes from. A .config.js is a program: node runs it and prints what it exports. YAML is turned into
// JSON by what is there for that: a parser of our own would be a tenth of the binary, for a form that few need.
#include "cli/apps_file/source.hpp"

#include "app/name.hpp"
#include "platform/capture.hpp"
#include "platform/console.hpp"
#include "platform/files.hpp"
#include "platform/users.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

constexpr Milliseconds kNodePatience{10000};
constexpr std::string_view kMark =
    "\x1e"
    "forever-apps\x1e";  // what stands before it was printed by the file itself

// Takes a CommonJS or ES module, what it exports being an object, a list, a function that makes one, or a promise of one.
constexpr const char* kEvaluate = R"js(
const path = process.argv[1];
const load = async () => {
  if (path.endsWith('.mjs')) return import(require('url').pathToFileURL(path));
  try { return require(path); } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM' && !(error instanceof SyntaxError)) throw error;
    return import(require('url').pathToFileURL(path));
  }
};
(async () => {
  let apps = await load();
  if (apps && apps.default && !apps.apps) apps = apps.default;
  if (typeof apps === 'function') apps = apps();
  process.stdout.write('\x1eforever-apps\x1e' + JSON.stringify(await apps), () => process.exit(0));
})().catch((error) => { console.error(String(error && error.message || error).split('\n')[0]); process.exit(1); });
)js";

Result<std::string> evaluate(const std::string& word, const std::string& path) {
  if (!exists(path)) return error_from(ENOENT, "open " + path);
  const auto ran = capture({"node", "-e", kEvaluate, path}, kNodePatience);
  if (!ran && ran.error().code == std::errc::no_such_file_or_directory)
    return Error{word + " is a program for node, which is not installed; write the same as JSON: " + word + "on", {}};
  if (!ran) return ran.error();
  if (ran->timed_out) return Error{word + ": node has not ended after " + format_duration(kNodePatience), {}};
  const std::size_t mark = ran->out.rfind(kMark);
  if (!ran->status.success() || mark == std::string::npos)
    return Error{word + ": node could not evaluate it; the reason stands above", {}};
  std::string json = ran->out.substr(mark + kMark.size());
  if (json == "undefined" || json == "{}")
    return Error{word + " exports nothing; say module.exports = {apps: [...]}", {}};
  return json;
}

// Exit code 3: the language is there, its YAML is not.
constexpr const char* kPythonYaml =
    "import json, re, sys\n"
    "try:\n import yaml\n"
    "except ImportError: sys.exit(3)\n"
    // YAML 1.2's own kinds of scalars, as PM2 reads them: to PyYAML's 1.1 a bare yes is true, 12:30 is 750 and 010 is 8.
    "class L(yaml.SafeLoader): yaml_implicit_resolvers = {}\n"
    "for tag, form, first in (('null', '(~|null|Null|NULL|)', ['~', 'n', 'N', '']), ('merge', '<<', ['<']),\n"
    " ('bool', '(true|True|TRUE|false|False|FALSE)', list('tTfF')), ('int', '[-+]?(0|[1-9][0-9]*)', "
    "list('-+0123456789')),\n"
    " ('float', '[-+]?([0-9]+[.][0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?', list('-+.0123456789'))):\n"
    " L.add_implicit_resolver('tag:yaml.org,2002:' + tag, re.compile('^' + form + '$'), first)\n"
    "try: json.dump(yaml.load(open(sys.argv[1], encoding='utf-8'), Loader=L), sys.stdout, default=str)\n"
    "except (yaml.YAMLError, OSError, ValueError) as e: sys.exit(' '.join(str(e).split()))\n";
// The same kinds of scalars, from Psych's tree of nodes: what it makes of them is YAML 1.1 as well.
constexpr const char* kRubyYaml =
    "require 'json'; begin; require 'yaml'; rescue LoadError; exit 3; end\n"
    "N = Psych::Nodes\n$named = {}\n"
    "def scalar(v)\n case v\n"
    " when /\\A(~|null|Null|NULL|)\\z/ then nil\n"
    " when /\\A(true|True|TRUE)\\z/ then true\n when /\\A(false|False|FALSE)\\z/ then false\n"
    " when /\\A[-+]?(0|[1-9][0-9]*)\\z/ then v.to_i\n"
    " when /\\A[-+]?([0-9]+[.][0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?\\z/ then v.to_f\n else v end\nend\n"
    "def mapping(n)\n merged, own = {}, {}\n n.children.each_slice(2) do |k, v|\n"
    "  if k.is_a?(N::Scalar) && k.plain && k.value == '<<' then [made(v)].flatten.reverse_each { |m| merged.update(m) "
    "}\n"
    "  else own[k.is_a?(N::Scalar) ? k.value : made(k).to_s] = made(v) end\n end\n merged.merge(own)\nend\n"
    "def made(n)\n return $named.fetch(n.anchor) if n.is_a?(N::Alias)\n it = case n\n"
    " when N::Scalar then n.plain && [nil, '', '?'].include?(n.tag) ? scalar(n.value) : n.value\n"
    " when N::Sequence then n.children.map { |c| made(c) }\n when N::Mapping then mapping(n)\n end\n"
    " $named[n.anchor] = it if n.anchor\n it\nend\n"
    "begin\n file = YAML.parse_file(ARGV[0])\n puts JSON.generate(file ? made(file.root) : nil)\n"
    "rescue StandardError => e\n abort e.message.split.join(' ')\nend\n";

Result<std::string> json_of_yaml(const std::string& word, const std::string& path) {
  if (!exists(path)) return error_from(ENOENT, "open " + path);
  const std::vector<std::string> ways[] = {{"python3", "-c", kPythonYaml, path}, {"ruby", "-e", kRubyYaml, path}};
  for (const std::vector<std::string>& way : ways) {
    const auto ran = capture(way, kNodePatience);
    if (!ran && ran.error().code == std::errc::no_such_file_or_directory) continue;
    if (!ran) return ran.error();
    if (ran->timed_out)
      return Error{word + ": " + way[0] + " has not ended after " + format_duration(kNodePatience), {}};
    if (ran->status.kind == ExitStatus::Kind::exited && ran->status.code == 3) continue;
    if (!ran->status.success()) return Error{word + " is not valid YAML; the reason stands above", {}};
    return ran->out;
  }
  return Error{word + ": YAML is read by python3 with its yaml module (apt install python3-yaml) or by ruby, and " +
                   "neither is here; install one, or write the same as JSON, where comments are allowed",
               {}};
}

Result<std::string> text_of(const std::string& word, const std::string& path) {
  if (word == "-") return read_standard_input();
  if (word.ends_with("js")) return evaluate(word, path);
  if (word.ends_with(".yaml") || word.ends_with(".yml")) return json_of_yaml(word, path);
  return read_file(path);
}

std::string parent_of(const std::string& path) { return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1)); }

// "npm start" names a command, unless there is a file of that name: the shell takes it apart, and is replaced by it.
void take_commands_apart(AppsFile& file) {
  for (AppEntry& app : file.apps) {
    StartOptions& options = app.options;
    if (options.program.find(' ') == std::string::npos || !options.interpreter.empty()) continue;
    const std::string path =
        is_absolute(options.program) ? options.program : *options.directory + "/" + options.program;
    if (exists(path)) continue;
    // A single command takes the shell's place; a list of them needs it.
    const bool single = options.program.find_first_of("&|;<>()$`\n") == std::string::npos;
    std::vector<std::string> words{"-c", (single ? "exec " : "") + options.program + " \"$@\"", "sh"};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    options.program = "sh";
    options.arguments = std::move(words);
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
  if (!file) return Failure{ExitCode::usage, file.error().message()};
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
