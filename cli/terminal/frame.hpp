// A screen full of lines, and what has to be written so that the terminal shows it: only lines that have changed, in one write,
// so that nothing flickers. Pure.
#pragma once

#include <string>
#include <vector>

namespace forever::cli {

using Frame = std::vector<std::string>;

// From `before` to `after`, whose lines may be as wide as `columns`, colours left out; an empty `before` (the first frame, a new size) clears the screen. Empty if nothing has changed.
[[nodiscard]] std::string frame_update(const Frame& before, const Frame& after, std::size_t columns);

}  // namespace forever::cli
