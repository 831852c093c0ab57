// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a tag of a short text. Without the key no
// user can make a tag, or change the text of one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace forever {

using SipKey = std::array<std::byte, 16>;

[[nodiscard]] std::uint64_t siphash(const SipKey& key, std::string_view text) noexcept;

}  // namespace forever
