// A star is tried with as little as possible, and the last star only is ever given more: what an earlier one could take
// instead, the later one can take too.
#include "text/glob.hpp"

#include <cctype>
#include <optional>

namespace forever {
namespace {

bool in_class(std::string_view name, unsigned char c) noexcept {
  struct Class {
    std::string_view name;
    int (*holds)(int);
  };
  static constexpr Class kClasses[] = {{"alnum", std::isalnum}, {"alpha", std::isalpha}, {"blank", std::isblank},
                                       {"cntrl", std::iscntrl}, {"digit", std::isdigit}, {"graph", std::isgraph},
                                       {"lower", std::islower}, {"print", std::isprint}, {"punct", std::ispunct},
                                       {"space", std::isspace}, {"upper", std::isupper}, {"xdigit", std::isxdigit}};
  for (const Class& known : kClasses) {
    if (known.name == name) return known.holds(c) != 0;
  }
  return false;
}

struct Bracket {
  bool matches = false;
  std::size_t end = 0;  // behind the closing bracket
};

// `at` is behind the opening bracket. Nothing if it is never closed.
std::optional<Bracket> bracket(std::string_view pattern, std::size_t at, unsigned char c) noexcept {
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  const std::size_t first = at;
  while (at < pattern.size()) {
    if (pattern[at] == ']' && at != first) return Bracket{found != negated, at + 1};
    if (pattern.substr(at).starts_with("[:")) {
      const std::size_t end = pattern.find(":]", at + 2);
      if (end == std::string_view::npos) return std::nullopt;
      found = found || in_class(pattern.substr(at + 2, end - at - 2), c);
      at = end + 2;
      continue;
    }
    if (pattern[at] == '\\' && ++at == pattern.size()) return std::nullopt;
    const auto low = static_cast<unsigned char>(pattern[at++]);
    auto high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      if (pattern[++at] == '\\' && ++at == pattern.size()) return std::nullopt;
      high = static_cast<unsigned char>(pattern[at++]);
    }
    found = found || (low <= c && c <= high);
  }
  return std::nullopt;
}

// One character of the pattern that is no star against one of the name: where the pattern goes on, or no match.
std::optional<std::size_t> step(std::string_view pattern, std::size_t at, char c) noexcept {
  switch (pattern[at]) {
    case '?': return at + 1;
    case '[': {
      const auto found = bracket(pattern, at + 1, static_cast<unsigned char>(c));
      return found && found->matches ? std::optional{found->end} : std::nullopt;
    }
    case '\\':
      if (at + 1 == pattern.size() || pattern[at + 1] != c) return std::nullopt;
      return at + 2;
    default: return pattern[at] == c ? std::optional{at + 1} : std::nullopt;
  }
}

}  // namespace

bool name_matches(std::string_view pattern, std::string_view name) noexcept {
  std::size_t p = 0, n = 0;
  std::optional<std::size_t> star;  // behind the last star
  std::size_t taken = 0;            // where in the name what follows it is tried
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      taken = n;
      continue;
    }
    if (p < pattern.size()) {
      if (const auto next = step(pattern, p, name[n])) {
        p = *next;
        ++n;
        continue;
      }
    }
    if (!star) return false;
    p = *star;
    n = ++taken;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

PathPattern::PathPattern(std::string_view pattern) {
  for (;;) {
    const std::size_t slash = pattern.find('/');
    std::string part{pattern.substr(0, slash)};
    // "**/**" says no more than "**", except at the end, where something must be left to match.
    const bool again = part == "**" && !parts_.empty() && parts_.back() == "**" && slash != std::string_view::npos;
    if (!again) parts_.push_back(std::move(part));
    if (slash == std::string_view::npos) return;
    pattern.remove_prefix(slash + 1);
  }
}

bool PathPattern::matches(std::string_view path) const {
  std::vector<std::string_view> names;
  for (;;) {
    const std::size_t slash = path.find('/');
    names.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  std::size_t p = 0, n = 0;
  std::optional<std::size_t> star;
  std::size_t taken = 0;
  while (n < names.size()) {
    if (p < parts_.size() && parts_[p] == "**") {
      if (p + 1 == parts_.size()) return true;  // all that is below, and something is
      star = ++p;
      taken = n;
      continue;
    }
    if (p < parts_.size() && name_matches(parts_[p], names[n])) {
      ++p;
      ++n;
      continue;
    }
    if (!star) return false;
    p = *star;
    n = ++taken;
  }
  return p == parts_.size();
}

bool is_pattern(std::string_view text) noexcept { return text.find_first_of("*?[\\") != std::string_view::npos; }

}  // namespace forever
