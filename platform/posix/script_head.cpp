// The begin of a file, as the kernel's binfmt_script reads it.
#include "platform/script_head.hpp"

#include <array>
#include <string_view>

#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

ScriptHead script_head(const std::string& path) {
  ScriptHead head;
  const int fd = sys::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
  if (fd < 0) return head;
  std::array<char, 256> bytes;
  const ssize_t length = sys::read(fd, bytes.data(), bytes.size());
  (void)sys::close(fd);
  if (length < 0) return head;
  std::string_view text(bytes.data(), static_cast<std::size_t>(length));
  head.text = text.find('\0') == std::string_view::npos;
  if (!head.text || !text.starts_with("#!")) return head;
  text = trimmed(text.substr(2, text.find('\n') - 2));
  const std::size_t blank = text.find_first_of(kBlanks);
  if (text.empty()) return head;
  head.line.emplace_back(text.substr(0, blank));
  if (blank != std::string_view::npos) head.line.emplace_back(trimmed(text.substr(blank)));
  return head;
}

}  // namespace forever
