#include "platform/memory.hpp"

#include <malloc.h>

namespace forever {

#ifdef __GLIBC__
void release_free_memory() noexcept { (void)malloc_trim(0); }
#else
void release_free_memory() noexcept {}
#endif

}  // namespace forever
