#include "platform/processors.hpp"

#include <algorithm>
#include <thread>

namespace forever {

unsigned usable_processors() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace forever
