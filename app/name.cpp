// Names, and text that is to be seen on a terminal; see names.hpp.
#include "app/name.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "app/spec.hpp"
#include "text/utf8.hpp"

namespace forever {

namespace {

constexpr std::size_t kRoomForNumber = 8;  // of "-1234567", so that a default name can be made unique

bool is_control(char32_t c) noexcept { return c < 0x20 || (c >= 0x7f && c < 0xa0); }
bool stands_in_no_name(char32_t c) noexcept { return is_control(c) || c == U'/' || c == U'\\' || c == U':'; }

bool only_digits(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

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

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

void append_hex(std::string& to, std::string_view prefix, std::uint32_t value, int digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  to += prefix;
  for (int at = digits - 1; at >= 0; --at) to += kDigits[(value >> (4 * at)) & 0xfU];
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
    if (c == U':') return "it contains a colon, which selects by key (name:, id:, pid: …)";
  }
  if (name.find_first_not_of(' ') == std::string_view::npos) return "it is only blanks";
  if (name.front() == '-') return "it begins with a dash, as an option does";
  if (only_digits(name)) return "it is a number, as an id or a pid is";
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

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> c = take_utf8(text);
    if (!c)
      append_hex(out, "\\x", static_cast<unsigned char>(before.front()), 2);
    else if (*c == U'\n')
      out += "\\n";
    else if (*c == U'\r')
      out += "\\r";
    else if (*c == U'\t')
      out += "\\t";
    else if (is_control(*c))
      append_hex(out, "\\x", *c, 2);
    else if (is_direction_control(*c))
      append_hex(out, "\\u", *c, 4);
    else
      out += before.substr(0, before.size() - text.size());
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) columns += columns_of(take_utf8(text).value_or(U'?'));
  return columns;
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.empty()) return std::nullopt;
  const std::string typed = lower(word);
  const std::size_t limit = std::max<std::size_t>(1, typed.size() / 3);
  std::optional<std::string_view> best;
  std::size_t least = limit + 1;
  for (const std::string_view candidate : known) {
    const std::string wanted = lower(candidate);
    const bool abbreviated = typed.size() >= 2 && wanted.starts_with(typed);
    const std::size_t away =
        abbreviated ? std::min<std::size_t>(1, wanted.size() - typed.size()) : distance(typed, wanted);
    // A word of one or two letters is near to any other of its kind: something of it must stay.
    if (away >= least || away >= std::max(typed.size(), wanted.size())) continue;
    least = away;
    best = candidate;
  }
  return best;
}

}  // namespace forever
