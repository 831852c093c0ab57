// Input by FIFO: not on Windows.
#include "platform/input_pipe.hpp"

#include <cerrno>

namespace forever {

Status make_input_pipe(const std::string&) { return error_from(ENOTSUP, "give a program an input on this system"); }

Status write_input(const std::string&, std::string_view) {
  return error_from(ENOTSUP, "write to an input on this system");
}

}  // namespace forever
