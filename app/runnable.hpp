// How an app's script can be run: by itself, by the interpreter of its #! line, or by that of its extension.
#pragma once

#include <string>
#include <vector>

#include "app/spec.hpp"
#include "platform/spawn.hpp"

namespace forever {

// The whole command; its first word is still to be looked up. `script` is what spec.script was found to be. A file with the exec bit runs by itself, unless it has an extension that we know and
// no #! line that works (all of a Windows disk has the bit). One without the bit runs by its #! line, else by its extension.
[[nodiscard]] std::vector<std::string> runnable_command(const AppSpec& spec, const ProgramLookup& script);

// What keeps the kernel from running a file by its #! line, or the lack of one; empty: nothing, or it is a binary.
[[nodiscard]] std::string fault_of_first_line(const AppSpec& spec, const ProgramLookup& script);

}  // namespace forever
