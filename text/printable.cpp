#include "text/printable.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "text/utf8.hpp"

namespace forever {

namespace {

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
