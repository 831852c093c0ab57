// What to type where the word after `start` is no program: another tool's file, a script whose interpreter has to be named, a word that
// was mistyped, or none at all. Each is the end of a message, or empty.
#pragma once

#include <string>

namespace forever::cli {

// Of a file that is there and cannot be started as it is: "Procfile lists commands; ...". `directory` is where it is looked for.
[[nodiscard]] std::string hint_for_file(const std::string& word, const std::string& directory);
// Of a file that is not there: "; did you mean server.js?"
[[nodiscard]] std::string hint_for_missing(const std::string& word, const std::string& directory);
// Of a directory: what in it can be started.
[[nodiscard]] std::string hint_for_directory(const std::string& word, const std::string& directory);
// Where nothing was named: what there is in `directory` that was made to be started.
[[nodiscard]] std::string startable_here(const std::string& directory);

}  // namespace forever::cli
