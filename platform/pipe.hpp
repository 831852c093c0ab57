// An anonymous pipe between a process and those it starts.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

struct PipeEnds {
  Handle read;
  Handle write;
};
// Both ends close-on-exec and above the standard streams (0-2), so that wiring those of a child cannot run over them.
[[nodiscard]] Result<PipeEnds> make_pipe();
// Everything until the last writer has closed its end; what has come so far when `patience` is over.
[[nodiscard]] std::string read_to_end(NativeHandle read_end, std::chrono::milliseconds patience);
// For short messages (at most PIPE_BUF bytes, pipe(7)): written whole or not at all; a missing reader is not an error.
void write_message(NativeHandle write_end, std::string_view message) noexcept;

}  // namespace forever
