// Nothing is kept back: a process may have 16 million handles.
#include "platform/reserve.hpp"

namespace forever {

bool leaves(Reserve, NativeHandle) noexcept { return true; }
void SpareHandles::lend_if_scarce() noexcept {}
void SpareHandles::take_back() noexcept {}

}  // namespace forever
