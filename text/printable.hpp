// Text for people: what a terminal may see, how wide it is, which word was meant. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forever {

// C0, DEL, C1.
[[nodiscard]] constexpr bool is_control(char32_t c) noexcept { return c < 0x20 || (c >= 0x7f && c < 0xa0); }
// For a terminal: control characters (C0, DEL, C1) and invalid UTF-8 become visible ("\x1b"), the rest stays.
[[nodiscard]] std::string printable(std::string_view text);
// Columns that `text` takes: East Asian wide characters two, combining ones none. Good enough for tables.
[[nodiscard]] std::size_t display_width(std::string_view text);
// The nearest of `known` to a mistyped word by Damerau-Levenshtein distance, if it is near enough to be meant.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace forever
