// Kinds of characters that do not depend on the locale, as <cctype>'s do.
#pragma once

namespace forever {

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace forever
