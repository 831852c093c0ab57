#include "cli/grammar/option_values.hpp"

#include "text/units.hpp"

namespace forever::cli {
namespace {

constexpr const char* kBadDuration = "is not a duration; try 500ms, 10s, 5m or 1h (a bare number is seconds)";
constexpr const char* kBadSize = "is not a size; try 512K, 200M or 1G (a bare number is bytes)";

}  // namespace

Fault set_duration(std::optional<Milliseconds>& into, const std::string& value) {
  into = parse_duration(value);
  return into ? Fault{} : kBadDuration;
}

Fault set_positive(std::optional<Milliseconds>& into, const std::string& value) {
  if (const Fault fault = set_duration(into, value)) return fault;
  return *into > Milliseconds{0} ? Fault{} : "must be more than 0";
}

Fault set_size(std::optional<std::uint64_t>& into, const std::string& value) {
  into = parse_size(value);
  return into ? Fault{} : kBadSize;
}

Fault set_only(std::vector<std::string>& into, const std::string& value) {
  for (const std::string_view word : split_words(value, ',')) {
    const std::size_t begin = word.find_first_not_of(' '), end = word.find_last_not_of(' ');
    if (begin != std::string_view::npos) into.emplace_back(word.substr(begin, end - begin + 1));
  }
  return into.empty() ? Fault{"names no app"} : Fault{};
}

}  // namespace forever::cli
