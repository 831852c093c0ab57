// The way of a line to an instance's standard input: a FIFO on disk (POSIX), or a pipe that a file on disk leads to (Windows);
// the instance itself holds it open.
#pragma once

#include <string>
#include <string_view>

#include "platform/result.hpp"

namespace forever {

// A line, its '\n' included, is written whole or not at all up to this many bytes (PIPE_BUF, pipe(7)).
inline constexpr std::size_t kLongestInput = 4096;

// Creates the FIFO (0600) if it is not there. EEXIST: `path` is another kind of file. Windows: created with the instance.
[[nodiscard]] Status make_input_pipe(const std::string& path);
// Writes at most kLongestInput bytes into the FIFO without waiting. ENXIO: it has no reader. EAGAIN: the reader has not
// taken what was written before, and there is no room. ENOENT: there is none.
[[nodiscard]] Status write_input(const std::string& path, std::string_view bytes);

}  // namespace forever
