#include "cli/frame.hpp"

namespace forever::cli {

std::string frame_update(const Frame& before, const Frame& after) {
  std::string update;
  const bool anew = before.size() != after.size();
  if (anew) update = "\x1b[2J";
  for (std::size_t row = 0; row < after.size(); ++row) {
    if (!anew && before[row] == after[row]) continue;
    // Erased after the text, not before it: then no cell is blank in between.
    update += "\x1b[" + std::to_string(row + 1) + ";1H" + after[row] + "\x1b[0m\x1b[K";
  }
  return update;
}

}  // namespace forever::cli
