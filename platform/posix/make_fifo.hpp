// FIFOs in a directory of our own. Private to the POSIX back ends.
#pragma once

#include <string>

#include "platform/result.hpp"

namespace forever {

// Ensures that a FIFO (0600) exists. Any other file there, also a link, is removed: no other file of the app has that name. (input_pipe.cpp)
[[nodiscard]] Status make_fifo(const std::string& path);

}  // namespace forever
