// Windows hands a program one line of text, not a list of arguments; the program cuts it up itself. How a list becomes a line
// that is cut up into the same list again. Pure, UTF-8, the same on every system.
//
// The rules are those of the C runtime ("Parsing C command-line arguments", learn.microsoft.com): blanks and tabs separate,
// "…" keeps them, backslashes mean themselves unless a quote follows: 2n of them and a quote are n and the end of the quoting,
// 2n+1 and a quote are n and a quote itself. The program's own name, first on the line, knows quotes only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forever {

// Nothing if it cannot be represented: a name with a quote in it, an argument with a zero byte.
[[nodiscard]] std::optional<std::string> windows_command_line(std::span<const std::string> argv);

// Cuts such a line up as the C runtime does (CommandLineToArgvW differs from it in "" within quotes, which we never write).
[[nodiscard]] std::vector<std::string> split_windows_command_line(std::string_view line);

// Whether `program` is a batch file, which only cmd.exe can run: "x.bat", "x.cmd", in any case.
[[nodiscard]] bool is_batch_file(std::string_view program);

// The line by which cmd.exe (`shell`, its path) runs the batch file `script` with these arguments (argv[0] left out), none of
// which it takes for anything but text: no variable (%PATH%) is put in its place, no & or | or > or ^ or ! acts. cmd.exe
// knows quotes, but no backslash before them: arguments are always quoted, and a quote in them is doubled, which it and the
// C runtime understand. Nothing if an argument has a zero byte or a line end, where cmd.exe's line would end.
[[nodiscard]] std::optional<std::string> batch_command_line(std::string_view shell, std::string_view script,
                                                            std::span<const std::string> arguments);

}  // namespace forever
