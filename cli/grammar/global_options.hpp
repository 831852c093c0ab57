// The options that go before or after any verb: they take effect before the verb is read.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/grammar/command.hpp"

namespace forever::cli {

struct GlobalOptions {
  std::string as_user;  // --as USER[:GROUP]; empty: the caller
};

// Takes them out of `words` (argv without argv[0]): all up to the first `--`, where they are not the value of another option.
[[nodiscard]] std::variant<GlobalOptions, UsageError> take_global_options(std::vector<std::string>& words);

// A guess at the same for main, before anything is on the heap: whether another user may be asked for.
[[nodiscard]] bool may_name_user(int argc, char** argv) noexcept;

}  // namespace forever::cli
