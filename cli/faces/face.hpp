// The names of other tools that this binary answers to: called as `pm2` (`ln -s forever pm2`, or `forever pm2 ...`), `pm2-runtime` or
// `nodemon` it takes that tool's command line and carries out ours. No other file of ours knows their spelling but foreign_words.cpp, which
// explains it to who uses `forever` itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forever::cli {

enum class Face : std::uint8_t { forever, pm2, pm2_runtime, nodemon };

// By the name that the binary was called by, else by the first of `words` (argv without argv[0]), which is then taken out.
[[nodiscard]] Face take_face(std::string_view called, std::vector<std::string>& words);

// Carries out a command line of `face`. The exit code is the tool's: 0, or 1 for whatever went wrong.
[[nodiscard]] int run_face(Face face, const std::vector<std::string>& words);

}  // namespace forever::cli
