// Lists of arguments as one line, by the rules of Windows' C runtime and of cmd.exe.
#include "platform/windows_command_line.hpp"

#include <algorithm>

namespace forever {
namespace {

constexpr std::string_view kBlanks = " \t";
// What the C runtime would take for a separator or a quote; line ends are harmless to it, but quoted all the same.
constexpr std::string_view kQuoted = " \t\n\v\r\"";

bool is_blank(char c) noexcept { return kBlanks.find(c) != std::string_view::npos; }

void append_argument(std::string& line, std::string_view argument) {
  if (!argument.empty() && argument.find_first_of(kQuoted) == std::string_view::npos) {
    line += argument;
    return;
  }
  line += '"';
  std::size_t backslashes = 0;
  for (const char c : argument) {
    if (c == '\\') {
      ++backslashes;
    } else {
      // Before a quote each backslash is doubled, and one more makes the quote a character.
      if (c == '"') line.append(backslashes + 1, '\\');
      backslashes = 0;
    }
    line += c;
  }
  line.append(backslashes, '\\');  // those before the closing quote
  line += '"';
}

// The program's name, which ends at a blank outside quotes; backslashes are part of a path there.
std::string split_program(std::string_view line, std::size_t& at) {
  std::string program;
  bool quoted = false;
  for (; at < line.size() && (quoted || !is_blank(line[at])); ++at) {
    if (line[at] == '"') {
      quoted = !quoted;
    } else {
      program += line[at];
    }
  }
  return program;
}

// One argument; `at` is at its first character, and after its last one afterwards.
std::string split_argument(std::string_view line, std::size_t& at) {
  std::string argument;
  bool quoted = false;
  while (at < line.size() && (quoted || !is_blank(line[at]))) {
    const std::size_t behind = std::min(line.find_first_not_of('\\', at), line.size());
    const std::size_t backslashes = behind - at;
    at = behind;
    if (at == line.size() || line[at] != '"') {
      argument.append(backslashes, '\\');
      if (backslashes == 0) argument += line[at++];
      continue;
    }
    argument.append(backslashes / 2, '\\');
    ++at;
    if (backslashes % 2 == 1) {
      argument += '"';
    } else if (quoted && at < line.size() && line[at] == '"') {
      argument += '"';  // "" within quotes is one of them, since 2008's runtime
      ++at;
    } else {
      quoted = !quoted;
    }
  }
  return argument;
}

// Quoted for cmd.exe. A % would begin a variable's name: behind each we put one of no length, %cd:~,% (the current directory's
// first zero characters), so that no name arises; batch files see the % alone.
bool append_for_batch(std::string& line, std::string_view argument) {
  if (argument.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) return false;
  line += '"';
  std::size_t backslashes = 0;
  for (const char c : argument) {
    if (c == '"') {
      line.append(backslashes, '\\');  // the runtime halves them before a quote
      line += '"';
    } else if (c == '%') {
      line += "%%cd:~,";
    }
    backslashes = c == '\\' ? backslashes + 1 : 0;
    line += c;
  }
  line.append(backslashes, '\\');
  line += '"';
  return true;
}

}  // namespace

std::optional<std::string> windows_command_line(std::span<const std::string> argv) {
  if (argv.empty()) return std::nullopt;
  const std::string& program = argv.front();
  if (program.find('"') != std::string::npos) return std::nullopt;
  std::string line;
  const bool plain = !program.empty() && program.find_first_of(kBlanks) == std::string::npos;
  line = plain ? program : '"' + program + '"';
  for (const std::string& argument : argv.subspan(1)) {
    line += ' ';
    append_argument(line, argument);
  }
  if (line.find('\0') != std::string::npos) return std::nullopt;
  return line;
}

std::vector<std::string> split_windows_command_line(std::string_view line) {
  std::vector<std::string> argv;
  std::size_t at = 0;
  argv.push_back(split_program(line, at));
  for (;;) {
    at = line.find_first_not_of(kBlanks, at);
    if (at == std::string_view::npos) return argv;
    argv.push_back(split_argument(line, at));
  }
}

bool is_batch_file(std::string_view program) {
  // Windows drops dots and blanks at a name's end, so "x.bat. ." is one too.
  while (!program.empty() && (program.back() == '.' || program.back() == ' ')) program.remove_suffix(1);
  if (program.size() < 4) return false;
  std::string end(program.substr(program.size() - 4));
  for (char& c : end) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return end == ".bat" || end == ".cmd";
}

std::optional<std::string> batch_command_line(std::string_view shell, std::string_view script,
                                              std::span<const std::string> arguments) {
  if (script.find('"') != std::string_view::npos || shell.find('"') != std::string_view::npos) return std::nullopt;
  // /d: no commands from the registry; /v:off: ! means nothing; /e:on: the %cd:~,% above works. The outer quotes are those
  // which /c takes off.
  std::string line = '"' + std::string(shell) + "\" /e:on /v:off /d /c \"";
  if (!append_for_batch(line, script)) return std::nullopt;
  for (const std::string& argument : arguments) {
    line += ' ';
    if (!append_for_batch(line, argument)) return std::nullopt;
  }
  line += '"';
  if (line.find('\0') != std::string::npos) return std::nullopt;
  return line;
}

}  // namespace forever
