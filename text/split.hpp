// A list in a text, taken apart at a character. Pure.
#pragma once

#include <string_view>
#include <vector>

namespace forever {

// The parts between the separators; none of an empty text.
[[nodiscard]] inline std::vector<std::string_view> split_words(std::string_view list, char separator) {
  std::vector<std::string_view> words;
  while (!list.empty()) {
    const std::size_t end = list.find(separator);
    words.push_back(list.substr(0, end));
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return words;
}

}  // namespace forever
