// Patterns of file names as .gitignore has them: gitignore(5), fnmatch(3) with FNM_PATHNAME. Pure, and never more than
// quadratic in what it is given.
//
//   *  ?  [a-z] [!a-z] [[:digit:]]   match within one name, a leading dot included; \x is x itself
//   **/a   a at any depth      a/**   all that is below a      a/**/b   any number of names between the two
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forever {

// Whether one name (without '/') matches. A pattern with an open bracket or a backslash at its end matches nothing.
[[nodiscard]] bool name_matches(std::string_view pattern, std::string_view name) noexcept;

// A pattern of whole paths, cut at its slashes. Paths are relative: "src/main.js".
class PathPattern {
 public:
  explicit PathPattern(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view path) const;

 private:
  std::vector<std::string> parts_;
};

// Whether `text` has a character that is special in a pattern.
[[nodiscard]] bool is_pattern(std::string_view text) noexcept;

}  // namespace forever
