// Windows' heap gives back what is free by itself.
#include "platform/memory.hpp"

namespace forever {

void release_free_memory() noexcept {}

}  // namespace forever
