#include "cli/grammar/global_options.hpp"

#include <string_view>

#include "cli/grammar/verb.hpp"

namespace forever::cli {
namespace {

constexpr std::string_view kAs = "--as";

bool is_as(std::string_view word) noexcept {
  return word.starts_with(kAs) && (word.size() == kAs.size() || word[kAs.size()] == '=');
}

// Whether the next word is the value of this option of the verb.
bool takes_next(const Verb& verb, std::string_view word) {
  if (!word.starts_with('-') || word.find('=') != std::string_view::npos) return false;
  const auto option = find_option(verb, word);
  return option && option->takes_value() && !option->text().value_optional;
}

}  // namespace

std::variant<GlobalOptions, UsageError> take_global_options(std::vector<std::string>& words) {
  GlobalOptions options;
  const Verb* verb = nullptr;
  for (std::size_t i = 0; i < words.size() && words[i] != "--";) {
    const std::string word = words[i];
    if (!is_as(word)) {
      if (verb == nullptr && !word.starts_with('-')) verb = find_verb(word);
      i += verb != nullptr && takes_next(*verb, word) ? 2 : 1;
      continue;
    }
    const bool inside = word.size() > kAs.size();
    const bool given = inside || (i + 1 < words.size() && words[i + 1] != "--");
    options.as_user = inside ? word.substr(kAs.size() + 1) : given ? words[i + 1] : std::string{};
    if (options.as_user.empty()) return UsageError{"--as needs a value (USER)"};
    const auto at = words.begin() + static_cast<std::ptrdiff_t>(i);
    words.erase(at, at + (inside ? 1 : 2));
  }
  return options;
}

bool may_name_user(int argc, char** argv) noexcept {
  for (int i = 1; i < argc; ++i) {
    if (is_as(argv[i])) return true;
  }
  return false;
}

}  // namespace forever::cli
