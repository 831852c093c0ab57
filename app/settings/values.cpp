#include "app/settings/values.hpp"

#include <algorithm>

#include "app/spec.hpp"
#include "text/number.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

std::optional<int> number_up_to_most(std::string_view digits) {
  const auto number = whole_number<int>(digits);
  return number && *number >= 0 && *number <= static_cast<int>(kMostInstances) ? number : std::nullopt;
}

}  // namespace

Fault take_duration(Milliseconds& into, const std::string& value) {
  // A habit of PM2 and forever, where a bare number is milliseconds: 3000 seconds were 50 minutes.
  if (value.size() >= 4 && value.find_first_not_of("0123456789") == std::string::npos)
    return "would be seconds; write " + value + "ms or " + value + "s";
  const auto duration = parse_duration(value);
  if (!duration) return "is not a duration; try 500ms, 10s, 5m or 1h (a bare number is seconds)";
  into = *duration;
  return {};
}

Fault take_size(std::uint64_t& into, const std::string& value) {
  const auto size = parse_size(value);
  if (!size) return "is not a size; try 512K, 200M or 1G (a bare number is bytes)";
  into = *size;
  return {};
}

std::optional<int> instance_count(std::string_view text) {
  if (text == "max") return 0;
  if (!text.starts_with('-')) return number_up_to_most(text);
  const auto fewer = number_up_to_most(text.substr(1));
  return fewer && *fewer > 0 ? std::optional{-*fewer} : std::nullopt;
}

unsigned resolve_instances(int count, unsigned processors) {
  const int most = static_cast<int>(kMostInstances);
  const int wanted = count > 0 ? count : static_cast<int>(std::min(processors, kMostInstances)) + count;
  return static_cast<unsigned>(std::clamp(wanted, 1, most));
}

std::optional<ScaleCount> scale_count(std::string_view text) {
  const bool more = text.starts_with('+'), fewer = text.starts_with('-');
  const auto number = number_up_to_most(more || fewer ? text.substr(1) : text);
  if (!number || *number == 0) return std::nullopt;
  return ScaleCount{fewer ? -*number : *number, more || fewer};
}

}  // namespace forever
