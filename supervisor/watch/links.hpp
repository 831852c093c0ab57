// The symbolic links on the way to a watched file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace forever {

// The directory that a path is in: "/x" for "/x/y".
[[nodiscard]] std::string folder_of(const std::string& path);

// Every link on the way to the file, each by the path at which it is, and at last the file itself; nothing if there is no link.
[[nodiscard]] std::vector<std::string> way_to(std::string path);

// Which file it is, and in which form; 0: none, at the moment.
[[nodiscard]] std::uint64_t form_of(const std::string& path);

}  // namespace forever
