// export: the verb; the forms are in export.hpp.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

[[nodiscard]] int export_to(const Export& command);

}  // namespace forever::cli
