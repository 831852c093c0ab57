// Unpredictable bytes.
#pragma once

#include <cstddef>
#include <span>

namespace forever {

// From the system's generator (getrandom(2), BCryptGenRandom). false: it has none to give; the bytes are not to be used then.
[[nodiscard]] bool fill_random(std::span<std::byte> bytes) noexcept;

}  // namespace forever
