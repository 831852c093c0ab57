#include "cli/one_word.hpp"

#include <cerrno>

#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/spawn.hpp"
#include "text/printable.hpp"
#include "text/shell.hpp"

namespace forever::cli {
namespace {

bool is_there(const AppRequest& request) {
  const auto cwd = request.settings.values("cwd");
  const std::string directory = cwd.empty() ? current_directory() : absolute_path(cwd.back());
  return exists(absolute_path(request.program)) ||
         find_program(request.program, directory, environment_variable("PATH").value_or("")).code != ENOENT;
}

Failure only_for_a_shell(const std::string& command) {
  return {ExitCode::usage, "'" + printable(command) + "' is a command line for a shell; use: forever start sh -- -c " +
                               printable(shell_quoted(command))};
}

bool is_assignment(const std::string& word) {
  const std::size_t equals = word.find('=');
  return equals != std::string::npos && equals != 0 && word.find_first_of("/.") > equals;
}

}  // namespace

std::variant<AppRequest, Failure> apart(const AppRequest& request, bool quiet) {
  const std::string& word = request.program;
  if (word.find_first_of(" \t\n") == std::string::npos || is_there(request)) return request;
  ShellWords split = split_shell_words(word);
  if (!split.closed) return Failure{ExitCode::usage, "'" + printable(word) + "' has a quote that is not closed"};
  if (split.words.empty()) return request;
  if (word.find_first_of("&|;<>()$`") != std::string::npos) return only_for_a_shell(word);
  AppRequest meant = request;
  std::size_t first = 0;
  for (; first + 1 < split.words.size() && is_assignment(split.words[first]); ++first)
    meant.environment.push_back(split.words[first]);
  meant.program = split.words[first];
  meant.arguments.assign(split.words.begin() + static_cast<std::ptrdiff_t>(first) + 1, split.words.end());
  meant.arguments.insert(meant.arguments.end(), request.arguments.begin(), request.arguments.end());
  meant.has_arguments = true;
  if (!quiet) tell("'" + printable(word) + "' is no file: taken as the command " + printable(shell_words(split.words)));
  return meant;
}

}  // namespace forever::cli
