// JSON as people write it: comments and a comma after the last element. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forever::cli {

// The same text with // and /* */ comments, lines that begin with #, a byte order mark and trailing commas turned into
// blanks, so that what a parser says of a byte is true of the original.
[[nodiscard]] std::string plain_json(std::string_view text);
// "line 3, column 5" of the byte that is counted from 1; "its end" beyond the last.
[[nodiscard]] std::string place_in(std::string_view text, std::size_t byte);

}  // namespace forever::cli
