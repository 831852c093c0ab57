// What an app's processes use: its trees up to where another app begins, and memory with each shared page counted once.
#pragma once

#include <cstdint>
#include <span>

#include "platform/process.hpp"

namespace forever {

// Several processes share what they have not written since the fork; one has its pages to itself, and is looked at in the cheap way.
[[nodiscard]] Usage usage_of_app(std::span<const Pid> roots);

// The memory to compare with a limit: the cheap figure where that is not over it, for it is never the smaller one.
[[nodiscard]] std::uint64_t memory_against(std::uint64_t limit, std::span<const Pid> roots);

}  // namespace forever
