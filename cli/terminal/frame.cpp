#include "cli/terminal/frame.hpp"

#include <algorithm>
#include <string_view>

#include "text/printable.hpp"

namespace forever::cli {
namespace {

std::size_t width_without_colours(std::string_view line) {
  std::size_t width = 0;
  while (!line.empty()) {
    const std::size_t escape = std::min(line.find('\x1b'), line.size());
    width += display_width(line.substr(0, escape));
    line.remove_prefix(std::min(line.find('m', escape), line.size() - 1) + 1);
  }
  return width;
}

}  // namespace

std::string frame_update(const Frame& before, const Frame& after, std::size_t columns) {
  std::string update;
  const bool anew = before.size() != after.size();
  if (anew) update = "\x1b[2J";
  for (std::size_t row = 0; row < after.size(); ++row) {
    if (!anew && before[row] == after[row]) continue;
    // Erased after the text, not before it: then no cell is blank in between.
    update += "\x1b[" + std::to_string(row + 1) + ";1H" + after[row] + "\x1b[0m";
    // After a full line the cursor is on its last cell, which would be erased.
    if (width_without_colours(after[row]) < columns) update += "\x1b[K";
  }
  return update;
}

}  // namespace forever::cli
