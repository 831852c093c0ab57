// The order in which a file's own word, its #! line and its extension are believed; see runnable.hpp.
#include "app/runnable.hpp"

#include "app/environment.hpp"
#include "platform/script_head.hpp"

namespace forever {
namespace {

bool can_run(const AppSpec& spec, const std::string& program) {
  const ProgramLookup found = find_program(program, spec.directory, variable_of(spec.environment, "PATH"));
  return found.code == 0 && found.executable;
}

std::string not_there(std::string_view name) {
  return "its first line names " + std::string{name} + ", which does not exist";
}

// What is wrong with a #! line; empty if it can be used. With env(1) it is the program named there that must be found.
std::string fault_of(const AppSpec& spec, const std::vector<std::string>& line) {
  std::string interpreter = line.front();
  if (interpreter.ends_with('\r') || (line.size() > 1 && line.back().ends_with('\r')))
    return "its first line ends with a carriage return, as on Windows (dos2unix removes it)";
  if (!can_run(spec, interpreter)) return not_there(interpreter);
  if (!interpreter.ends_with("/env") || line.size() < 2) return {};
  std::string_view words = line.back();
  if (words.starts_with("-S ")) words.remove_prefix(3);
  const std::string_view named = words.substr(0, words.find(' '));
  if (named.empty() || named.front() == '-' || named.find('=') != std::string_view::npos) return {};
  return can_run(spec, std::string{named}) ? std::string{} : not_there(named);
}

}  // namespace

std::vector<std::string> runnable_command(const AppSpec& spec, const ProgramLookup& script) {
  const std::string_view by_extension = interpreter_for(spec.script);
  // A binary of no known extension, which is most programs, costs no look into the file.
  if (!spec.interpreter.empty() || script.code != 0 || (script.executable && by_extension.empty()))
    return command_of(spec, script.executable);
  const ScriptHead head = script_head(script.path);
  const bool usable = !head.line.empty() && fault_of(spec, head.line).empty();
  if (script.executable) {
    if (usable || !head.text) return command_of(spec, true);
    AppSpec by_its_path = spec;  // it may have been found along PATH, where an interpreter does not look
    if (spec.script.find('/') == std::string::npos) by_its_path.script = script.path;
    return command_of(by_its_path, false);
  }
  if (!usable) return command_of(spec, false);
  AppSpec by_line = spec;
  by_line.interpreter = head.line;
  return command_of(by_line, false);
}

std::string fault_of_first_line(const AppSpec& spec, const ProgramLookup& script) {
  const ScriptHead head = script_head(script.path);
  if (!head.line.empty()) return fault_of(spec, head.line);
  return head.text && script.executable ? "it is a text file without a #! line" : std::string{};
}

}  // namespace forever
