// From argv to an Invocation, or what is wrong with it. Pure.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

// argv without argv[0]. CLI11 is used inside, and only the verb that argv names is built (a whole tree costs 0.7 ms).
[[nodiscard]] std::variant<Invocation, UsageError> parse(const std::vector<std::string>& arguments);

}  // namespace forever::cli
