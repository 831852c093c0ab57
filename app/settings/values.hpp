// Values as they are typed, for settings and other options alike. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "platform/clock.hpp"

namespace forever {

// Nothing if a value was taken, else what is wrong with it: "is not a duration; try 500ms, 10s or 5m".
using Fault = std::optional<std::string>;

// A bare number is seconds; one from 1000 on is refused, for it is most often meant as milliseconds.
[[nodiscard]] Fault take_duration(Milliseconds& into, const std::string& value);
// A bare number is bytes.
[[nodiscard]] Fault take_size(std::uint64_t& into, const std::string& value);

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

}  // namespace forever
