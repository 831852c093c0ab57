#include "platform/go_on_apart.hpp"

namespace forever {

void go_on_apart() noexcept {}

}  // namespace forever
