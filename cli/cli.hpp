// The command line as a whole: argv in, exit code out.
#pragma once

namespace forever::cli {

// Whether the verb is one that begins to supervise apps. A guess from the first word alone, before anything is on the heap.
[[nodiscard]] bool starts_apps(int argc, char** argv) noexcept;

// Parses argv, carries the verb out and returns the exit code of app/exit_codes.hpp (`run`: the program's own).
[[nodiscard]] int run_command_line(int argc, char** argv);

}  // namespace forever::cli
