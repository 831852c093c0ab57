// UTF-8, character by character, and the columns a character takes on a terminal. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace forever {

// Takes the first character off `text`, which must not be empty. Nothing if it is not valid (RFC 3629: overlong forms,
// surrogates and what lies above U+10FFFF are not): then one byte has been taken.
[[nodiscard]] std::optional<char32_t> take_utf8(std::string_view& text) noexcept;
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

// Code points that are no characters for good (Unicode 23.7): some readers of UTF-8 refuse them.
[[nodiscard]] constexpr bool is_noncharacter(char32_t c) noexcept {
  return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffeU) == 0xfffeU;
}

// 0 for combining and format characters, 2 for wide ones (East Asian Width W and F, emoji), else 1.
[[nodiscard]] std::size_t columns_of(char32_t c) noexcept;
// Marks that reorder what follows on a terminal, and so could make a name look like another (UAX #9).
[[nodiscard]] bool is_direction_control(char32_t c) noexcept;

}  // namespace forever
