#include "cli/hints.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <vector>

#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/spawn.hpp"
#include "text/json_fields.hpp"
#include "text/printable.hpp"
#include "text/shell.hpp"
#include "text/split.hpp"

namespace forever::cli {
namespace {

// A name on its own is meant, not a program's.
std::string_view base_of(std::string_view path) { return path.substr(path.find_last_of("/\\") + 1); }
std::string folder_part(const std::string& path) { return path.substr(0, path.find_last_of("/\\") + 1); }
std::string in(const std::string& directory, const std::string& word) {
  return is_absolute(word) ? word : directory + "/" + word;
}
std::string typed(const std::string& word) { return printable(shell_word(word)); }

// Commands that run what has this extension, the usual one first, separated by ';'.
struct Runner {
  std::string_view extensions;
  std::string_view commands;
};
constexpr std::array kRunners = std::to_array<Runner>({{"ts mts cts tsx", "tsx;ts-node;bun;deno run"},
                                                       {"jsx", "tsx;bun"},
                                                       {"coffee", "coffee"},
                                                       {"jar war", "java -jar"},
                                                       {"java", "java"},
                                                       {"go", "go run"},
                                                       {"ex exs", "elixir"},
                                                       {"erl", "escript"},
                                                       {"jl", "julia"},
                                                       {"kts", "kotlinc -script"},
                                                       {"scala sc", "scala"},
                                                       {"groovy", "groovy"},
                                                       {"clj", "clojure -M"},
                                                       {"swift", "swift"},
                                                       {"dart", "dart"},
                                                       {"hs", "runghc"},
                                                       {"cr", "crystal run"},
                                                       {"fish", "fish"}});

bool is_program_here(std::string_view command, const std::string& directory) {
  const std::string program{command.substr(0, command.find(' '))};
  return find_program(program, directory, environment_variable("PATH").value_or("")).code == 0;
}

// Of those that run it, the first that is here: with the project, or along PATH.
std::string runner_of(std::string_view word, const std::string& directory) {
  const std::size_t dot = word.rfind('.');
  if (dot == std::string_view::npos) return {};
  for (const Runner& runner : kRunners) {
    const auto extensions = split_words(runner.extensions, ' ');
    if (std::find(extensions.begin(), extensions.end(), word.substr(dot + 1)) == extensions.end()) continue;
    const auto commands = split_words(runner.commands, ';');
    for (const std::string_view command : commands) {
      const std::string own = "node_modules/.bin/" + std::string{command};
      if (exists(directory + "/" + own)) return "./" + own;
      if (is_program_here(command, directory)) return std::string{command};
    }
    return std::string{commands.front()};
  }
  return {};
}

// The first "name: command" of a Procfile.
std::string procfile_hint(const std::string& path) {
  std::string name = "web", command = "COMMAND";
  if (const auto text = read_file(path)) {
    for (const std::string_view line : split_words(*text, '\n')) {
      const std::size_t colon = line.find(':');
      if (line.starts_with('#') || colon == std::string_view::npos || colon == 0) continue;
      name = line.substr(0, colon);
      command = line.substr(std::min(line.find_first_not_of(" \t", colon + 1), line.size()));
      if (command.ends_with('\r')) command.pop_back();
      break;
    }
  }
  return " lists commands, each of which is an app here: forever start sh --name " + typed(name) + " -- -c " +
         printable(shell_quoted(command));
}

std::string package_hint(const std::string& path) {
  const auto text = read_file(path);
  const auto json = text ? parse_object(*text, path, "fix it") : Result<Json>{Json::object()};
  const std::string directory = folder_part(path), where = " is npm's; ";
  if (!json) return where + "start what it names: forever start npm -- start";
  const auto scripts = json->find("scripts");
  if (scripts != json->end() && scripts->is_object() && !scripts->empty()) {
    if (scripts->contains("start")) return where + "to have npm start it: forever start npm -- start";
    return where + "to have npm run one of its scripts: forever start npm -- run " + typed(scripts->begin().key());
  }
  const auto main = json->find("main");
  const std::string program = main != json->end() && main->is_string() ? main->get<std::string>() : "index.js";
  return where + "start its program: forever start " + typed(program);
}

bool is_compose(std::string_view name) {
  const bool yaml = name.ends_with(".yml") || name.ends_with(".yaml");
  return yaml && (name.starts_with("docker-compose") || name.starts_with("compose"));
}

}  // namespace

std::string hint_for_file(const std::string& word, const std::string& directory) {
  const std::string_view name = base_of(word);
  const std::string path = in(directory, word);
  if (name == "Procfile" || name.starts_with("Procfile.")) return procfile_hint(path);
  if (name == "package.json") return package_hint(path);
  if (is_compose(name))
    return " describes containers: docker compose up -d; for programs of this machine write an apps file (forever "
           "init)";
  if (name == "Dockerfile") return " is for docker build; start the program that its CMD names";
  if (name == "Makefile") return " is make's; start one of its targets: forever start make -- TARGET";
  if (name == "supervisord.conf") return " is supervisord's; write an apps file for the commands in it (forever init)";
  if (name.ends_with(".service")) return " is a unit of systemd; start the program that its ExecStart= names";
  for (const std::string_view source : {".c", ".cc", ".cpp", ".rs"}) {
    if (name.ends_with(source)) return " is source code; start the program that is built of it";
  }
  if (name.ends_with(".html"))
    return " is a page; to serve its directory: forever start python3 -- -m http.server 8080";
  const std::string runner = runner_of(name, directory);
  if (runner.empty()) return {};
  return "; name what runs it: forever start " + typed(word) + " --interpreter " + typed(runner);
}

std::string hint_for_missing(const std::string& word, const std::string& directory) {
  const std::string folder = folder_part(word), name{base_of(word)};
  if (name.empty()) return {};
  const std::vector<std::string> files = list_directory(folder.empty() ? directory : in(directory, folder));
  // A name without its extension.
  const auto longer = std::find_if(files.begin(), files.end(), [&](const std::string& file) {
    return file.starts_with(name + ".") && file.find('.', name.size() + 1) == std::string::npos;
  });
  std::vector<std::string_view> known(files.begin(), files.end());
  const auto near = longer != files.end() ? std::optional<std::string_view>{*longer} : nearest(name, known);
  return near ? "; did you mean " + typed(folder + std::string{*near}) + "?" : std::string{};
}

std::string hint_for_directory(const std::string& word, const std::string& directory) {
  const std::string path = in(directory, word), folder = word.ends_with('/') ? word : word + "/";
  if (exists(path + "/package.json")) {
    const auto text = read_file(path + "/package.json");
    if (text && text->find("\"start\"") != std::string::npos)
      return "; to have npm start what is in it: forever start npm --cwd " + typed(word) + " -- start";
  }
  for (const char* const name : {"server.js", "app.js", "index.js", "main.js", "app.py", "main.py", "server.py"}) {
    if (exists(path + "/" + name)) return "; start a program of it: forever start " + typed(folder + name);
  }
  return {};
}

std::string startable_here(const std::string& directory) {
  for (const char* const name :
       {"ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.config.mjs", "ecosystem.json", "ecosystem.yaml",
        "ecosystem.yml", "pm2.config.js", "process.json", "apps.json", "apps.yaml", "apps.yml"}) {
    if (exists(directory + "/" + name)) return " (" + std::string{name} + " is here: forever start " + name + ")";
  }
  for (const char* const name : {"package.json", "Procfile"}) {
    const std::string hint = exists(directory + "/" + name) ? hint_for_file(name, directory) : std::string{};
    if (!hint.empty()) return " (" + std::string{name} + hint + ")";
  }
  return {};
}

}  // namespace forever::cli
