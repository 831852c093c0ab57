// The terminal, if there is one: width, colours, and what may be written to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/result.hpp"

namespace forever {

enum class Stream : std::uint8_t { in, out, err };

// Puts the null device in the place of a standard stream that the caller had closed, so that no descriptor of ours takes its
// number. To be called first of all.
void fill_standard_streams() noexcept;

[[nodiscard]] bool is_terminal(Stream stream) noexcept;
// Whether this process has a controlling terminal (tty(4): /dev/tty has it); one that was hung up no longer counts. true if this is
// unknown. Windows: false, since there the end of the console arrives as a HUP from the kernel.
[[nodiscard]] bool has_controlling_terminal() noexcept;
// Whether writing to it is useless, since the reader of the pipe or the peer of the socket is gone (POLLERR, POLLHUP of
// poll(2)). Windows: false; there the write fails.
[[nodiscard]] bool nobody_reads(Stream stream) noexcept;
// Columns of the terminal behind `out`; `otherwise` if it is none. COLUMNS wins.
[[nodiscard]] int terminal_width(int otherwise) noexcept;
// A terminal that can show colours (not TERM=dumb) and NO_COLOR unset or empty (no-color.org); FORCE_COLOR wins.
[[nodiscard]] bool colours_wanted(Stream stream);
// Writes all of it, retrying; an Error of EPIPE means that there is no reader any more.
Status write_all(Stream stream, std::string_view bytes);
// Standard input to its end, however long that takes; more than `limit` bytes are an Error.
[[nodiscard]] Result<std::string> read_standard_input(std::size_t limit = 16U << 20U);

}  // namespace forever
