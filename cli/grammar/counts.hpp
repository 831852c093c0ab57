// Numbers of instances as they are typed. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace forever::cli {

// `-i`: "4", "max" and "0" (0: one for each processor), "-1" (that many fewer). Nothing if it is none of them, or too many.
[[nodiscard]] std::optional<int> instance_count(std::string_view text);
// The instances that `count` (of instance_count) means where `processors` may be used; at least 1.
[[nodiscard]] unsigned resolve_instances(int count, unsigned processors);

// `scale`: "4", "+1", "-1".
struct ScaleCount {
  int count = 0;
  bool relative = false;
};
[[nodiscard]] std::optional<ScaleCount> scale_count(std::string_view text);

}  // namespace forever::cli
