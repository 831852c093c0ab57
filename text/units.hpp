// Durations and sizes as people write them, both ways. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/clock.hpp"

namespace forever {

// "500ms" "10s" "5m" "2h" "1d", fractions "1.5s", sums "1m30s". A bare number is in `bare` units
// (the option's help says which). Nothing for junk, negatives and what does not fit.
[[nodiscard]] std::optional<Milliseconds> parse_duration(std::string_view text, Milliseconds bare = Milliseconds{1000});
// "10K" "200M" "1G" "1T" (powers of 1024; KiB, KB, k likewise), fractions "1.5G". A bare number is bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// Exact, and accepted by parse_duration: "1.5s", "10m", "250ms". For messages and spec files.
[[nodiscard]] std::string format_duration(Milliseconds duration);
// Short for a table: "3.2s", "59s", "4m", "3h", "12d".
[[nodiscard]] std::string format_age(Milliseconds age);
// Short for a table: "0", "912K", "34.5M", "1.2G".
[[nodiscard]] std::string format_size(std::uint64_t bytes);

}  // namespace forever
