// Pipes for our own use: close-on-exec, and never in the place of a standard stream.
#pragma once

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

struct PipeEnds {
  Handle read;
  Handle write;
};
// Both ends close-on-exec and above 2, even where the caller was started with closed standard streams.
[[nodiscard]] Result<PipeEnds> make_pipe();
[[nodiscard]] Status set_non_blocking(NativeHandle handle);

}  // namespace forever
