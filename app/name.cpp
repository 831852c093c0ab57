// Names of apps; see name.hpp.
#include "app/name.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "app/spec.hpp"
#include "text/number.hpp"
#include "text/printable.hpp"
#include "text/utf8.hpp"

namespace forever {

namespace {

constexpr std::size_t kRoomForNumber = 8;  // of "-1234567", so that a default name can be made unique

bool stands_in_no_name(char32_t c) noexcept { return is_control(c) || c == U'/' || c == U'\\' || c == U':'; }

// At most `size` bytes of `text`, cut between characters.
std::string_view clipped(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
  return text.substr(0, size);
}

std::string_view without_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return name;
  constexpr std::array<std::string_view, 7> kOthers{"exe", "jar", "bat", "cmd", "com", "ts", "mts"};
  const std::string_view extension = name.substr(dot + 1);
  const bool known =
      !interpreter_for(name).empty() || std::find(kOthers.begin(), kOthers.end(), extension) != kOthers.end();
  return known ? name.substr(0, dot) : name;
}

}  // namespace

std::optional<std::string> fault_in_name(std::string_view name) {
  if (name.empty()) return "it is empty";
  if (name.size() > kLongestName) return "it is longer than " + std::to_string(kLongestName) + " bytes";
  if (name == "." || name == "..") return "it is a directory";
  if (!is_utf8(name)) return "it is not valid UTF-8";
  for (std::string_view rest = name; !rest.empty();) {
    const char32_t c = take_utf8(rest).value_or(0);
    if (is_control(c)) return "it contains a control character";
    if (c == U'/' || c == U'\\') return "it contains a slash";
    if (c == U':') return "it contains a colon, which introduces a kind of selector (name:, id:, pid: …)";
  }
  if (name.find_first_not_of(' ') == std::string_view::npos) return "it consists of blanks";
  if (name.front() == '-') return "it begins with a dash, like an option";
  if (only_digits(name)) return "it is a number, like an id or a pid";
  if (name == "all") return "the word selects every app";
  return std::nullopt;
}

std::string default_name(std::string_view program) {
  while (!program.empty() && (program.back() == '/' || program.back() == '\\')) program.remove_suffix(1);
  if (const std::size_t slash = program.find_last_of("/\\"); slash != std::string_view::npos)
    program.remove_prefix(slash + 1);
  program = without_extension(program);
  std::string name;
  for (std::string_view rest = program; !rest.empty();) {
    const std::string_view before = rest;
    const std::optional<char32_t> c = take_utf8(rest);
    if (!c || stands_in_no_name(*c))
      name += '-';
    else
      name += before.substr(0, before.size() - rest.size());
  }
  name.erase(0, std::min(name.find_first_not_of('-'), name.size()));
  name = clipped(name, kLongestName - kRoomForNumber);
  if (name.empty() || name == "." || name == "..") return "app";
  return fault_in_name(name) ? "app-" + name : name;
}

std::string unique_name(const std::string& base, const std::function<bool(const std::string&)>& taken) {
  if (!taken(base)) return base;
  for (std::uint64_t number = 1;; ++number) {
    const std::string suffix = "-" + std::to_string(number);
    const std::string name = std::string(clipped(base, kLongestName - suffix.size())) + suffix;
    if (!taken(name)) return name;
  }
}

}  // namespace forever
