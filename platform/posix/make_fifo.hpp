// FIFOs in a folder of our own. Private to the POSIX back ends.
#pragma once

#include <string>

#include "platform/result.hpp"

namespace forever {

// A FIFO (0600) is there afterwards. What else stands there, a link too, makes way: nothing of ours has that name. (input_pipe.cpp)
[[nodiscard]] Status make_fifo(const std::string& path);

}  // namespace forever
