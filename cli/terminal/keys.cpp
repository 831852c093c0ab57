#include "cli/terminal/keys.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "text/utf8.hpp"

namespace forever::cli {
namespace {

using Kind = Key::Kind;

struct Sequence {
  std::string_view bytes;
  Kind kind;
};
// After ESC: of xterm and its kin, in both cursor modes, and of the Linux console (console_codes(4)).
constexpr auto kSequences = std::to_array<Sequence>({
    {"[A", Kind::up},
    {"[B", Kind::down},
    {"[C", Kind::right},
    {"[D", Kind::left},
    {"OA", Kind::up},
    {"OB", Kind::down},
    {"OC", Kind::right},
    {"OD", Kind::left},
    {"[H", Kind::home},
    {"[F", Kind::end},
    {"OH", Kind::home},
    {"OF", Kind::end},
    {"[1~", Kind::home},
    {"[4~", Kind::end},
    {"[7~", Kind::home},
    {"[5~", Kind::page_up},
    {"[6~", Kind::page_down},
    {"[8~", Kind::end},
});

// How many bytes the sequence after an ESC has: CSI up to its final byte, SS3 and others one more.
std::size_t length_of_sequence(std::string_view rest) {
  if (rest.empty()) return 0;
  if (rest.front() == 'O') return std::min<std::size_t>(2, rest.size());
  if (rest.front() != '[') return 0;
  std::size_t end = 1;
  while (end < rest.size() && (rest[end] < 0x40 || rest[end] > 0x7e)) ++end;
  return std::min(end + 1, rest.size());
}

std::optional<Key> take_escape(std::string_view& bytes) {
  bytes.remove_prefix(1);
  const std::size_t length = length_of_sequence(bytes);
  if (length == 0) return Key{Kind::escape, {}};
  const std::string_view sequence = bytes.substr(0, length);
  bytes.remove_prefix(length);
  for (const Sequence& known : kSequences) {
    if (known.bytes == sequence) return Key{known.kind, {}};
  }
  return std::nullopt;
}

std::optional<Key> take_key(std::string_view& bytes) {
  const char first = bytes.front();
  if (first == '\x1b') return take_escape(bytes);
  const std::string_view before = bytes;
  const auto character = take_utf8(bytes);
  if (!character) return std::nullopt;
  switch (first) {
    case '\r':
    case '\n': return Key{Kind::enter, {}};
    case '\x7f':
    case '\b': return Key{Kind::backspace, {}};
    case '\x0c': return Key{Kind::redraw, {}};
    default: break;
  }
  if (*character < U' ') return std::nullopt;
  return Key{Kind::text, std::string{before.substr(0, before.size() - bytes.size())}};
}

}  // namespace

std::vector<Key> take_keys(std::string& bytes) {
  std::vector<Key> keys;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    if (auto key = take_key(rest)) keys.push_back(std::move(*key));
  }
  bytes.clear();
  return keys;
}

}  // namespace forever::cli
