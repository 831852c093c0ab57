#include "cli/grammar/counts.hpp"

#include <algorithm>
#include <charconv>

#include "app/spec.hpp"

namespace forever::cli {
namespace {

std::optional<int> number_up_to_most(std::string_view digits) {
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size() && !digits.starts_with('-');
  return whole && number <= static_cast<int>(kMostInstances) ? std::optional{number} : std::nullopt;
}

}  // namespace

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

}  // namespace forever::cli
