#include "cli/grammar/option_values.hpp"

namespace forever::cli {

Fault set_duration(std::optional<Milliseconds>& into, const std::string& value) {
  return take_duration(into.emplace(), value);
}

Fault set_only(std::vector<std::string>& into, const std::string& value) {
  for (const std::string_view name : split_words(value, ',')) {
    const std::size_t begin = name.find_first_not_of(' '), end = name.find_last_not_of(' ');
    if (begin != std::string_view::npos) into.emplace_back(name.substr(begin, end - begin + 1));
  }
  return into.empty() ? Fault{"names no app"} : Fault{};
}

}  // namespace forever::cli
