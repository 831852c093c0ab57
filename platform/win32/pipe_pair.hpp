// A pipe whose read end can be watched: Windows' anonymous ones cannot, so it is a named one that no other process can find.
#pragma once

#include "platform/pipe.hpp"

namespace forever::win32 {

// `capacity`: bytes that wait before a writer has to. Neither end is inherited.
[[nodiscard]] Result<PipeEnds> make_pipe_of(std::size_t capacity);

// For a program's input: it reads as programs do, and it is our end, the one to write, that does not wait.
[[nodiscard]] Result<PipeEnds> make_input_pipe_of(std::size_t capacity);

}  // namespace forever::win32
