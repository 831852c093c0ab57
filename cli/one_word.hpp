// A command line typed as one word, as PM2 and docker take it: forever start "python3 -m http.server 8000".
#pragma once

#include <variant>

#include "cli/grammar/app_request.hpp"
#include "cli/terminal/print.hpp"

namespace forever::cli {

// The program and its arguments out of a word with blanks that is no file; what is meant otherwise stays as it is. `quiet`: it is not
// said on standard error. The Failure: what only a shell could carry out.
[[nodiscard]] std::variant<AppRequest, Failure> apart(const AppRequest& request, bool quiet);

}  // namespace forever::cli
