// Words as a shell wants them typed. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forever {

// In single quotes, as sh, bash, zsh and fish read them.
[[nodiscard]] std::string shell_quoted(std::string_view text);
// Words that can be copied into a shell: quoted where they must be.
[[nodiscard]] std::string shell_word(std::string_view word);
[[nodiscard]] std::string shell_words(const std::vector<std::string>& words);

struct ShellWords {
  std::vector<std::string> words;
  bool closed = true;  // each quote
};
// Words separated by blanks, with single and double quotes as a shell has them; a backslash takes the meaning of quotes, blanks and
// backslashes alone. Nothing is expanded.
[[nodiscard]] ShellWords split_shell_words(std::string_view text);

}  // namespace forever
