// How a line of a log is shown. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/terminal/table.hpp"

namespace forever::cli {

// For a terminal: control characters are made visible, but for the tab and a '\r' at the end; sequences that set colours
// and nothing else (ECMA-48 SGR) stay where colours are wanted, ended at the line's end, and go where they are not.
[[nodiscard]] std::string shown_on_terminal(std::string_view line, bool colours);

// "web    | ", the names of all apps aligned at `width` columns.
[[nodiscard]] std::string prefix_of(std::string_view app, std::size_t width, Colour colour, bool is_error,
                                    bool colours);
[[nodiscard]] Colour colour_of_app(std::size_t index) noexcept;

// The RFC 3339 stamp of a line in a log with times or in JSON, by which lines of several logs can be put in order; empty if it has none.
[[nodiscard]] std::string_view stamp_of(std::string_view line) noexcept;

// The slot of the instance that wrote the line, if the log has it (--log-format json).
[[nodiscard]] std::optional<unsigned> slot_of(std::string_view line) noexcept;

// {"app":"web","stream":"out","line":"…"}, with "time" if the line has a stamp; one that is such an object already (--log-format json) stays
// as it is. Ends with '\n'.
[[nodiscard]] std::string json_line(std::string_view app, std::string_view stream, std::string_view line);

}  // namespace forever::cli
