// Reading /proc.
#include "platform/linux/proc.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include "platform/handle.hpp"
#include "platform/posix/sys.hpp"

namespace forever::proc {
namespace {

// Takes the next word of `line`.
std::string_view take_word(std::string_view& line) noexcept {
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

template <class T>
void take_number(std::string_view& line, T& into) noexcept {
  const std::string_view word = take_word(line);
  std::from_chars(word.data(), word.data() + word.size(), into);
}

void skip_words(std::string_view& line, int count) noexcept {
  for (int i = 0; i < count; ++i) take_word(line);
}

}  // namespace

bool parse_stat(std::string_view line, Stat& into) noexcept {
  // The name may hold anything, parentheses too: what follows the last one is safe to split.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string_view::npos) return false;
  line.remove_prefix(name_end + 1);
  const std::string_view state = take_word(line);
  if (state.size() != 1) return false;
  into.state = state[0];
  take_number(line, into.parent);
  take_number(line, into.group);
  take_number(line, into.session);
  skip_words(line, 7);  // 7 tty_nr … 13 cmajflt
  take_number(line, into.user_ticks);
  take_number(line, into.system_ticks);
  skip_words(line, 4);  // 16 cutime … 19 nice
  take_number(line, into.threads);
  skip_words(line, 1);  // 21 itrealvalue
  take_number(line, into.start_time);
  skip_words(line, 1);  // 23 vsize
  take_number(line, into.resident_pages);
  return !line.empty();
}

bool read_stat(Pid pid, Stat& into) noexcept {
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", pid);
  const Handle file(sys::open(path.data(), O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  std::array<char, 1024> text;  // a line is about 300 bytes; the name is cut at 64
  const ssize_t got = sys::read(file.get(), text.data(), text.size());
  if (got <= 0) return false;
  return parse_stat({text.data(), static_cast<std::size_t>(got)}, into);
}

std::string read_whole(const char* path) {
  std::string text;
  const Handle file(sys::open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return text;
  std::array<char, 1024> part;
  for (;;) {
    const ssize_t got = sys::read(file.get(), part.data(), part.size());
    if (got <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace forever::proc
