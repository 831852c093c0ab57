// argv -> Command, or what is wrong with it. Pure but for one question about the disk, which the caller may answer.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/grammar/command.hpp"

namespace forever::cli {

// What is at a path, for an option whose value need not be there (--watch src).
enum class PathKind : std::uint8_t { missing, file, directory };
using PathLook = std::function<PathKind(const std::string& path)>;
[[nodiscard]] PathKind look_at_path(const std::string& path);

// argv without argv[0]. CLI11 is used inside, and only the verb that argv names is built (a whole tree costs 0.7 ms).
[[nodiscard]] ParseResult parse(const std::vector<std::string>& arguments, const PathLook& look = look_at_path);

}  // namespace forever::cli
