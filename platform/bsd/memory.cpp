#include "platform/memory.hpp"

namespace forever {

void release_free_memory() noexcept {}

}  // namespace forever
